/** Addresses of the app. A page loads when it is first opened. */
import { createRouter, createWebHistory } from 'vue-router'
import { knowAccount, mayEnter, type Area } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whose door it is; none for pages that every account may open. */
    area?: Area
    /** Shown without navigation, to anybody. */
    bare?: boolean
    /** Needs no sign-in, and asks for none. */
    open?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'today', component: () => import('./pages/HomePage.vue'), meta: { area: 'today' } },
    { path: '/home', name: 'home', redirect: { name: 'today' } },
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { bare: true } },
    { path: '/password', name: 'password', component: () => import('./pages/PasswordPage.vue') },
    { path: '/security', name: 'security', component: () => import('./pages/SecurityPage.vue') },
    { path: '/keys', name: 'keys', component: () => import('./pages/KeysPage.vue'), meta: { area: 'keys' } },
    { path: '/passages', name: 'passages', component: () => import('./pages/PassagesPage.vue'), meta: { area: 'passages' } },
    { path: '/passages/:id', name: 'passage', component: () => import('./pages/PassagePage.vue'), props: true, meta: { area: 'passages' } },
    { path: '/tests', name: 'tests', component: () => import('./pages/TestsPage.vue'), meta: { area: 'tests' } },
    { path: '/tests/:id', name: 'test', component: () => import('./pages/TestPage.vue'), props: true, meta: { area: 'tests' } },
    { path: '/review/:id?', name: 'review', component: () => import('./pages/ReviewPage.vue'), props: true, meta: { area: 'review' } },
    { path: '/cases', name: 'cases', component: () => import('./pages/CasesPage.vue'), meta: { area: 'cases' } },
    { path: '/cases/:id', name: 'case', component: () => import('./pages/CasePage.vue'), props: true, meta: { area: 'cases' } },
    { path: '/listings', name: 'listings', component: () => import('./pages/ListingsPage.vue'), meta: { area: 'listings' } },
    { path: '/listings/:id', name: 'listing', component: () => import('./pages/ListingPage.vue'), props: true, meta: { area: 'listings' } },
    { path: '/public/listings', name: 'public-listings', component: () => import('./pages/PublicListingsPage.vue'), meta: { bare: true, open: true } },
    { path: '/orders', name: 'orders', component: () => import('./pages/OrdersPage.vue'), meta: { area: 'orders' } },
    { path: '/orders/upload', name: 'repair-upload', component: () => import('./pages/RepairUploadPage.vue'), meta: { area: 'orders' } },
    { path: '/orders/:id', name: 'order', component: () => import('./pages/OrderPage.vue'), props: true, meta: { area: 'orders' } },
    { path: '/inspections', name: 'inspections', component: () => import('./pages/InspectionsPage.vue'), meta: { area: 'inspections' } },
    { path: '/inspections/:id', name: 'inspection', component: () => import('./pages/InspectionPage.vue'), props: true, meta: { area: 'inspections' } },
    { path: '/findings', name: 'findings', component: () => import('./pages/FindingsPage.vue'), meta: { area: 'findings' } },
    { path: '/findings/:id', name: 'finding', component: () => import('./pages/FindingPage.vue'), props: true, meta: { area: 'findings' } },
    { path: '/stations', name: 'stations', component: () => import('./pages/StationsPage.vue'), meta: { area: 'stations' } },
    { path: '/stations/:id', name: 'station', component: () => import('./pages/StationPage.vue'), props: true, meta: { area: 'stations' } },
    { path: '/register/import/:id?', name: 'register-import', component: () => import('./pages/ImportPage.vue'), props: true, meta: { area: 'register' } },
    { path: '/register/:tab?', name: 'register', component: () => import('./pages/RegisterPage.vue'), props: true, meta: { area: 'register' } },
    { path: '/vehicles/:id', name: 'vehicle', component: () => import('./pages/VehiclePage.vue'), props: true, meta: { area: 'register' } },
    { path: '/plates/:plate', name: 'plate', component: () => import('./pages/VehiclePage.vue'), props: true, meta: { area: 'register' } },
    { path: '/carriers/:code', name: 'carrier', component: () => import('./pages/CarrierPage.vue'), props: true, meta: { area: 'register' } },
    { path: '/watchlist', name: 'watchlist', component: () => import('./pages/WatchlistPage.vue'), meta: { area: 'watchlist' } },
    { path: '/rulebooks', name: 'rulebooks', component: () => import('./pages/RulebooksPage.vue'), meta: { area: 'rulebooks' } },
    { path: '/accounts', name: 'accounts', component: () => import('./pages/AccountsPage.vue'), meta: { area: 'accounts' } },
    { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue'), meta: { area: 'audit' } },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/NowherePage.vue') },
  ],
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  // An unreachable server must not trap the reader: the sign-in page says what is wrong.
  const known = await knowAccount().catch(() => null)
  if (to.name === 'sign-in') return known ? { name: 'home' } : true
  if (!known) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  if (known.must_change_password) return to.name === 'password' || { name: 'password' }
  if (known.must_set_second_factor && to.name !== 'security') return { name: 'security' }
  if (to.meta.area && !mayEnter(to.meta.area)) return { name: 'nowhere', params: { rest: ['closed'] } }
  return true
})
