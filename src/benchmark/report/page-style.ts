/**
 * The style sheet of reports, for light and dark screens and for paper.
 *
 * Colours of entrants are told apart with the common kinds of colour blindness, and marks have shapes besides.
 */

/** The text of the page's one style element; its hash is in the page's content policy. */
export const pageStyle = `
:root { color-scheme: light dark; --page: #fbfaf7; --card: #ffffff; --ink: #1d1f23; --soft: #5c6169; --rule: #e1dfd8;
  --grid: #eceae4; --hit: #d3efd9; --miss: #f9ddd3; --gold: #fcefc3;
  --s0: #2457a6; --s1: #c2570c; --s2: #0f7b5f; --s3: #a3318f; --s4: #8a6d00; --s5: #0e7490; --s6: #b3263b; --s7: #565b66; }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --card: #1b1e24; --ink: #e9e8e4; --soft: #a2a7b0; --rule: #30343c;
  --grid: #282c33; --hit: #1d4a2c; --miss: #58301f; --gold: #4d4116;
  --s0: #7fb0ff; --s1: #ffa15c; --s2: #52cfa6; --s3: #ea8fd8; --s4: #e0c04a; --s5: #5fc9e4; --s6: #ff8595; --s7: #b4b9c4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .3rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.8rem 0 .5rem; }
small, .lead, .notes, .facts { color: var(--soft); }
small { font-weight: 400; }
.lead { margin: 0 0 1rem; max-width: 46rem; }
.notes { font-size: .85rem; margin: .4rem 0 0; padding-left: 1.1rem; }
.facts { margin: 0; }
.part { margin: .6rem 0 0; font-weight: 600; }
.legend { list-style: none; margin: 1.5rem 0 0; padding: .6rem 1rem; display: flex; flex-wrap: wrap; gap: .3rem 1.6rem;
  background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.legend svg { width: 1.1rem; height: 1.1rem; flex: none; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 1.2rem; align-items: start; }
figure { margin: 0; padding: .9rem .9rem .4rem; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
figcaption { font-weight: 600; margin: 0 0 .4rem; }
figure svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg text.tick { fill: var(--soft); font-size: 11px; }
svg text.figure { font-weight: 600; }
.grid, .frame { fill: none; stroke: var(--grid); } .frame { stroke: var(--soft); }
.line { fill: none; stroke: var(--own); stroke-width: 2; } .dashed { stroke-dasharray: 6 4; } .dotted { stroke-dasharray: 1.5 4; stroke-linecap: round; }
.mark, .bar { fill: var(--own); } .mark { stroke: var(--card); stroke-width: 1; }
.bar { opacity: .8; }
.interval { fill: none; stroke: var(--own); stroke-width: 1.5; opacity: .75; } .interval.strong { stroke: var(--ink); opacity: 1; }
.s0 { --own: var(--s0); } .s1 { --own: var(--s1); } .s2 { --own: var(--s2); } .s3 { --own: var(--s3); }
.s4 { --own: var(--s4); } .s5 { --own: var(--s5); } .s6 { --own: var(--s6); } .s7 { --own: var(--s7); }
.table { overflow-x: auto; }
table { border-collapse: collapse; overflow-wrap: break-word; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child, .texts th, .texts td { text-align: left; }
.texts td { white-space: normal; min-width: 6rem; vertical-align: top; }
td:first-child { min-width: 8rem; max-width: 26rem; white-space: normal; }
td small { display: block; line-height: 1.2; }
thead th { color: var(--soft); font-weight: 600; }
article { margin: 1.2rem 0; padding: .2rem 1.1rem .9rem; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
article h3 { margin-top: .8rem; }
dl { display: grid; grid-template-columns: minmax(6rem, 12rem) 1fr; gap: .45rem 1.2rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; white-space: pre-wrap; }
mark { color: inherit; border-radius: .2rem; padding: 0 .15rem; }
mark.gold { background: var(--gold); } mark.hit { background: var(--hit); } mark.miss { background: var(--miss); text-decoration: underline dotted; text-underline-offset: .2em; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: .1rem; } dd { margin-bottom: .5rem; } }
@media print { body { background: none; } figure, article { break-inside: avoid; } }
`;
