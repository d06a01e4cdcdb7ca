/** The whole look of the report: light and dark, one column on a phone. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d1a17, #ece7e1);
  --quiet: light-dark(#6b635b, #a39a90);
  --paper: light-dark(#fbf9f6, #171513);
  --card: light-dark(#fff, #201d1a);
  --line: light-dark(#e4ded6, #37322d);
  --ours: light-dark(#b3361e, #f0785c);
  --rival: light-dark(#c9c1b7, #5b544c);
  --ahead: light-dark(#8a5a00, #e0ac4c);
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0 }
h2 { margin: 3rem 0 .25rem; font-size: 1.35rem }
h3 { margin: 0 0 .5rem; font-size: 1rem }
p { max-width: 44rem; margin: .25rem 0 1rem }
a { color: inherit }
small, .quiet, caption { color: var(--quiet) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem }
.card + nav { margin-top: .75rem }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 32rem), 1fr)) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; min-width: 0 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
caption { text-align: left; font-size: .85rem; padding: .25rem 0 }
th { text-align: left; font-weight: 400 }
td { text-align: right; white-space: nowrap }
.bars { font-size: .875rem }
.bars + .bars { margin-top: .5rem }
.bars th { width: 8.5rem; padding-right: .5rem; overflow-wrap: anywhere; line-height: 1.2 }
.bars td { width: 5.2rem; padding: .15rem 0 .15rem .5rem }
.bars td:last-child { width: 3.6rem; color: var(--quiet) }
.bars td.bar { width: auto; padding: .15rem 0 }
.bars td.bar div { position: relative; height: .8rem }
.bars b { position: absolute; inset: 0 auto 0 0; min-width: 2px; background: var(--rival); border-radius: 0 .2rem .2rem 0 }
.bars i { position: absolute; top: calc(50% - 1px); height: 2px; min-width: 2px; background: var(--ink) }
.bars .ahead { color: inherit }
.ours b { background: var(--ours) }
.ours th { font-weight: 600 }
.bars .ahead td:last-child { color: var(--ahead); font-weight: 600 }
.grid tr:has(> td:nth-child(5)) small { display: block; line-height: 1.1 }
.grid th, .grid td { border-top: 1px solid var(--line); padding: .35rem .5rem .35rem 0 }
.grid thead > tr > * { border-top: 0; color: var(--quiet); font-size: .85rem }
.scroll { overflow-x: auto }
.wide { grid-column: 1 / -1 }
.ahead { color: var(--ahead) }
details { margin-top: 1rem }
summary { cursor: pointer; padding: .5rem 0; font-weight: 600 }
@media (max-width: 30rem) {
  .bars tr { display: grid; grid-template-columns: 1fr auto 3.6rem; align-items: baseline; margin-bottom: .35rem }
  .bars th { grid-area: 1 / 1; width: auto }
  .bars td { grid-area: 1 / 2; width: auto }
  .bars td:last-child { grid-area: 1 / 3 }
  .bars td.bar { grid-area: 2 / 1 / auto / -1 }
  .grid thead { display: none }
  .grid tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; border-top: 1px solid var(--line); padding: .5rem 0 }
  .grid thead + tbody > tr:first-child { border: 0; padding-top: 0 }
  .grid th, .grid td { border: 0; padding: .1rem 0; text-align: left; white-space: normal }
  .grid tr:has(> td:nth-child(4):last-child) { grid-template-columns: repeat(3, 1fr) }
  .grid th { grid-column: 1 / -1; font-weight: 600 }
  .grid small { display: block }
  .grid td[data-on]::before { content: attr(data-on); display: block; font-size: .85rem; color: var(--quiet) }
}
@media print { .card { break-inside: avoid } }
`
