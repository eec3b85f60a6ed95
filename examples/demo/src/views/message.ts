import { type Content, html } from './html.ts'
import { layout } from './layout.ts'

/** A page that says one thing, with a picture beside it. */
export function messagePage(title: string, text: string, picture?: Content): string {
  return layout(
    title,
    html`<section class="message">
      ${picture}
      <div class="words">
        <h1>${title}</h1>
        <p class="lead">${text}</p>
        <p><a class="button" href="/">To the counter</a></p>
      </div>
    </section>`,
  )
}
