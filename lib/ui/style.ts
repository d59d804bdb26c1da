/** The one style sheet: no font, picture or script comes from anywhere. Contrast is WCAG AA in both colour schemes. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --back: #ffffff; --panel: #f3f5f7; --line: #c9d1d9;
  --link: #0550ae; --good: #116329; --bad: #a40e26; --warn: #7a4a00; --focus: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9da7b3; --back: #0d1117; --panel: #161b22; --line: #3d444d;
  --link: #79b8ff; --good: #56d364; --bad: #ff8f88; --warn: #e3b341; --focus: #79b8ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 0; background: var(--back); padding: .5rem; }
header { background: var(--panel); border-bottom: 1px solid var(--line); padding: .5rem 1rem; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
header strong { font-size: 1.1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; }
nav a[aria-current] { font-weight: bold; text-decoration: none; color: var(--text); }
main { padding: 1rem; max-width: 90rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding: .4rem .6rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-top: 1px solid var(--line); }
th { background: var(--panel); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, .value, td.name { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow-x: auto; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; padding: 0; margin: 0; list-style: none; }
.cards li { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.cards b { display: block; font-size: 1.6rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .soft { color: var(--soft); }
del { color: var(--bad); } ins { color: var(--good); text-decoration: none; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0 0 1rem; }
header form { margin: 0 0 0 auto; }
input[type=search] { flex: 1 1 16rem; }
input, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--soft); border-radius: 6px; padding: .35rem .6rem; }
button { cursor: pointer; background: var(--panel); }
footer { color: var(--soft); padding: 1rem; border-top: 1px solid var(--line); }
@media (max-width: 40rem) {
  table, tbody, caption, tr, td { display: block; }
  thead { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden; }
  tr { border-top: 1px solid var(--line); padding: .35rem 0; }
  td { border: 0; padding: .1rem .6rem; overflow-wrap: anywhere; }
  td::before { content: attr(data-head) ": "; color: var(--soft); }
  td:empty { display: none; }
}
`;
