import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds an API: a real server, or `npm run mock`. */
const api = process.env.PLUMEWATCH_API ?? 'http://127.0.0.1:8099'

export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: false, __INTLIFY_DROP_MESSAGE_COMPILER__: false },
  build: {
    target: 'es2022',
    // No inlined assets: the server's content security policy allows files of its own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // The libraries change less often than the app: a file of their own stays in the browser's cache.
        codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] },
      },
    },
  },
  server: { proxy: { '/api': { target: api } } },
  test: { include: ['test/**/*.test.ts'] },
})
