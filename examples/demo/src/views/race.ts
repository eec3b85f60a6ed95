import { type Html, html } from './html.ts'

/** Two requests at once, with both settings of `conflict`. The script of the page sends them and fills in the results. */
export function raceCard(): Html {
  return html`<section class="card race" id="race" aria-labelledby="race-title">
    <div class="head">
      <h2 id="race-title">Two hands, one hanger</h2>
      <button class="main" id="race-start" disabled>Send two requests at once</button>
    </div>
    <p>Two requests read the same session at the same moment, and each adds something. Neither knows about the other. What is in the
    session afterwards?</p>
    <noscript><p class="problem">It takes JavaScript to send two requests at once.</p></noscript>
    <div class="lanes">
      ${lane('merge', 'as this page has it', 'Each save applies its changes to what the other has stored.')}
      ${lane('overwrite', 'the last one wins', 'The later save replaces the earlier one with what it had read before. Which hand is later is a matter of chance.')}
    </div>
    <p class="small">Merging goes by the keys of the session: the umbrella and the hat are two keys. Of two changes to one key, the
    later one stays.</p>
    <p class="problem" id="race-problem" role="alert" hidden></p>
  </section>`
}

function lane(mode: 'merge' | 'overwrite', title: string, text: string): Html {
  return html`<div class="lane" data-mode="${mode}">
    <h3><code>conflict: '${mode}'</code> ${title}</h3>
    <p class="small">${text}</p>
    <dl>
      <div><dt>One hand</dt><dd data-part="a">hangs up an umbrella</dd></div>
      <div><dt>Other hand</dt><dd data-part="b">hangs up a hat</dd></div>
      <div class="outcome"><dt>In the store</dt><dd data-part="hooks" aria-live="polite">?</dd></div>
    </dl>
  </div>`
}
