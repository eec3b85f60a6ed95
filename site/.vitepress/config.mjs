import { slug } from 'github-slugger'
import { defineConfig } from 'vitepress'
import llmstxt from 'vitepress-plugin-llms'
import { apiPages } from '../lib/api.mjs'
import { titleOf } from '../lib/assemble.mjs'
import { REPOSITORY } from '../lib/root.mjs'
import { groups } from '../pages.mjs'

const item = page => ({
  text: page.text ?? titleOf(page),
  link: `/${page.route}`,
  ...(page.pages && { collapsed: true, items: page.pages.map(item) }),
})
const sidebar = groups.map(({ text, collapsed, pages }) => ({ text, collapsed, items: pages.map(item) }))
const api = { text: 'API reference', collapsed: true, items: apiPages.map(item) }

// Colours, minifying and pages for language models are half of the work, and change no link.
const isPlain = Boolean(process.env.SITE_PLAIN)
const escaped = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const uncoloured = code => `<pre v-pre><code>${code.replace(/[&<>]/g, char => escaped[char])}</code></pre>`

export default defineConfig({
  title: 'Coatcheck',
  description: 'Sessions for Node web apps: middleware, adapters for frameworks, and stores',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '.pages',
  cleanUrls: true,
  metaChunk: true,
  markdown: { anchor: { slugify: slug }, ...(isPlain && { highlight: uncoloured }) },
  vite: {
    plugins: isPlain ? [] : [llmstxt()],
    build: { chunkSizeWarningLimit: 3_000, ...(isPlain && { minify: false }) },
  },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Frameworks', link: '/frameworks/' },
      { text: 'Stores', link: '/which-store' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'API', link: '/api/' },
      { text: 'Changelog', link: '/changelog' },
    ],
    sidebar: [...sidebar, api],
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: {
      // It runs in the browser, where no other name of this file is known.
      pattern: ({ frontmatter }) => `https://github.com/coatcheck/coatcheck/edit/main/${frontmatter.source}`,
      text: 'Edit this page',
    },
    footer: { message: 'MIT license' },
  },
})
