/** The style sheet of the report. */
export const style = `
:root{--ink:#1d2126;--soft:#5d6670;--line:#dfe3e8;--paper:#fbfaf7;--card:#fff;--good:#1f8a5b;--bad:#c5343a;--warn:#c98a10;--quiet:#9aa4af;--unknown:#5b7fb3}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa4af;--line:#30363d;--paper:#15181c;--card:#1c2025;--good:#3fbf86;--bad:#f0646a;--warn:#e0ae45;--quiet:#59636e;--unknown:#7fa3d8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:3rem}
h1{margin:0;font-size:2.2rem;line-height:1.15;letter-spacing:-.02em;overflow-wrap:anywhere}
.kicker{margin:0 0 .4rem;color:var(--soft);font-size:.8rem;letter-spacing:.09em;text-transform:uppercase}
.verdict{display:inline-block;margin:1rem 0 .5rem;padding:.3rem .9rem;border-radius:99px;color:#fff;font-weight:600}
.verdict.good{background:var(--good)}.verdict.bad{background:var(--bad)}
.label{margin:.2rem 0 1.2rem;color:var(--soft)}
.bar{display:flex;gap:2px;height:.7rem;border-radius:99px;overflow:hidden}
.bar span{min-width:4px}
.pass{--c:var(--good)}.fail,.error{--c:var(--bad)}.warn,.flaky{--c:var(--warn)}.unverified,.waived{--c:var(--unknown)}.not-applicable{--c:var(--quiet)}
.bar span,i.pass,i.fail,i.error,i.warn,i.flaky,i.unverified,i.waived,i.not-applicable{background:var(--c)}
nav{display:flex;flex-wrap:wrap;gap:.5rem;margin:1.5rem 0}
button{display:inline-flex;align-items:center;gap:.45rem;padding:.35rem .8rem;border:1px solid var(--line);border-radius:99px;background:var(--card);color:inherit;font:inherit;font-size:.9rem;cursor:pointer}
button[aria-pressed=false]{opacity:.45}
i{flex:none;display:inline-block;width:.65rem;height:.65rem;border-radius:50%}
.family{margin:2rem 0}
h2{margin:0 0 .6rem;font-size:1.1rem;text-transform:capitalize}
h2 small{color:var(--soft);font-weight:400;text-transform:none}
.rule{border:1px solid var(--line);border-bottom-width:0;background:var(--card)}
.family .rule:first-of-type{border-radius:.6rem .6rem 0 0}
.family .rule:last-of-type{border-bottom-width:1px;border-radius:0 0 .6rem .6rem}
.family .rule:first-of-type:last-of-type{border-radius:.6rem}
summary{display:flex;align-items:baseline;gap:.7rem;padding:.55rem .9rem;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary code{flex:none;width:4.6rem;font-size:.85rem}
.level{flex:none;width:4.2rem;color:var(--soft);font-size:.72rem;letter-spacing:.05em}
.sentence{flex:1}
.tag{flex:none;color:var(--c);font-size:.82rem;font-weight:600}
dl{display:grid;grid-template-columns:5rem 1fr;gap:.35rem .8rem;margin:0;padding:.4rem 1rem 1rem 2.25rem;font-size:.92rem}
dt{color:var(--soft)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
pre{margin:0;padding:.6rem .8rem;border-radius:.4rem;background:var(--paper);font:.82rem/1.5 ui-monospace,"SFMono-Regular",Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.note{margin:1.5rem 0;padding:1rem 1.2rem;border-left:4px solid var(--bad);background:var(--card)}
a{color:inherit}
footer{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding-bottom:3rem;color:var(--soft);font-size:.82rem}
[hidden]{display:none}
@media (max-width:40rem){header{padding-top:2rem}h1{font-size:1.6rem}summary{flex-wrap:wrap;gap:.3rem .6rem}.sentence{flex-basis:100%;order:5}.tag{margin-left:auto}dl{grid-template-columns:1fr;padding-left:1rem}dt{margin-top:.4rem}}
@media print{nav{display:none}.rule{break-inside:avoid}}
`

/** The script: buttons show and hide rules by verdict. Without scripts, everything is shown. */
export const script = `
const hidden=new Set()
for(const button of document.querySelectorAll('nav button'))button.addEventListener('click',()=>{
const {verdict}=button.dataset
if(!hidden.delete(verdict))hidden.add(verdict)
button.setAttribute('aria-pressed',String(!hidden.has(verdict)))
for(const rule of document.querySelectorAll('.rule'))rule.hidden=hidden.has(rule.dataset.verdict)
for(const family of document.querySelectorAll('.family'))family.hidden=!family.querySelector('.rule:not([hidden])')
})
`
