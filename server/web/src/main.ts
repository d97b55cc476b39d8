import { createApp } from 'vue'
// Element Plus: the styles of the components in use, and no others.
import 'element-plus/es/components/button/style/css'
import 'element-plus/es/components/dialog/style/css'
import 'element-plus/es/components/input/style/css'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/option/style/css'
import 'element-plus/es/components/select/style/css'
import './styles/tokens.css'
import './styles/base.css'
import App from './App.vue'
import { whenSignedOut } from './api/client'
import { i18n, language, setLanguage } from './i18n'
import { unfoldOnPaper } from './printing'
import { router } from './router'
import { forget } from './session'

whenSignedOut(() => {
  forget()
  const from = router.currentRoute.value
  if (from.name !== 'sign-in') void router.push({ name: 'sign-in', query: { to: from.fullPath } })
})
setLanguage(language.value)
unfoldOnPaper()
createApp(App).use(i18n).use(router).mount('#app')
