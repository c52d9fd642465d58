/** Small parts of a page: text made harmless, figures, tables, and how it all looks. */

/** Names of columns and classes are a stranger's words: nothing of them is markup. */
export const escape = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '?');

export function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return value.toPrecision(3);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** Figures that stand below each other, to the same place: three digits of the largest. */
export function alignedFigures(values: readonly number[]): (value: number) => string {
  const largest = Math.max(...values.map(Math.abs));
  const digits = largest > 0 ? Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(largest)))) : 0;
  const least = 10 ** -digits;
  return (value) => (value > 0 && value < least / 2 ? `< ${least.toFixed(digits)}` : value.toFixed(digits));
}

export const count = (value: number) => value.toLocaleString('en-US');
export const counted = (value: number, noun: string) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A share that is nearly none or nearly all keeps the digit that tells it from none and all. */
export const percent = (share: number) => `${(share * 100).toFixed((share > 0 && share < 0.1) || (share > 0.99 && share < 1) ? 1 : 0)} %`;

/** Cut between characters as people see them; the end stays in sight, for long names often differ only there. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const start = Math.ceil((length - 1) * 0.6);
  return `${characters.slice(0, start).join('')}…${characters.slice(characters.length - (length - 1 - start)).join('')}`;
}

export const section = (heading: string, body: string) => `<section><h2>${escape(heading)}</h2>${body}</section>`;

export type Head = { text: string; isNumber?: boolean };

/** A table under a head. Cells are markup; the words of the head are not. */
export function table(head: Head[], rows: string[][], kind: 'wide' | 'narrow' = 'wide'): string {
  const cell = (tag: string, text: string, index: number) => `<${tag}${head[index].isNumber ? ' class="n"' : ''}>${text}</${tag}>`;
  const header = head.map(({ text }, index) => cell('th', escape(text), index)).join('');
  const body = rows.map((row) => `<tr>${row.map((text, index) => cell('td', text, index)).join('')}</tr>`).join('');
  return `<div class="scroll"><table class="${kind}"><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Names and what they stand for. Both are text. */
export function factsTable(facts: [name: string, text: string][]): string {
  return `<table class="facts"><tbody>${facts.map(([name, text]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(text)}</td></tr>`).join('')}</tbody></table>`;
}

export const style = `
:root{color-scheme:light only;--ink:#1c2430;--dim:#5b6675;--line:#d9dee5;--soft:#f4f6f8;--good:#1a7f4b;--warn:#9a6200;--bad:#b3261e;--bar:#3567a8}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:#fff;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.5rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
p{margin:.4rem 0}ul{margin:.4rem 0;padding-left:1.2rem}.dim{color:var(--dim)}
.verdict{border-left:6px solid var(--warn);background:var(--soft);padding:1rem 1.2rem;margin:1.2rem 0;border-radius:4px}
.verdict.worth-using{border-color:var(--good)}.verdict.do-not-use{border-color:var(--bad)}.verdict b{font-size:1.15rem}
.alert{border:2px solid var(--bad);padding:.7rem 1rem;border-radius:4px;margin:1rem 0}
table{border-collapse:collapse;font-size:.92rem}table.wide,table.facts{width:100%}table.narrow{min-width:22rem}
th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--dim)}thead th{overflow-wrap:break-word}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:.2rem;padding-left:.9rem}
.facts th{white-space:nowrap;color:var(--ink)}.scroll{overflow-x:auto}
.side{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;align-items:flex-start}.side svg{flex:0 1 24rem}
table.classes{font-size:.82rem;font-variant-numeric:tabular-nums}table.classes th,table.classes td{padding:.2rem .35rem;text-align:right;overflow-wrap:normal}
table.classes thead th{vertical-align:bottom}table.classes .tall{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:.35rem .2rem;white-space:nowrap}
table.classes tbody th{color:var(--ink);white-space:nowrap;text-align:left}table.classes td{border:1px solid #fff;min-width:1.9rem;white-space:nowrap;vertical-align:middle}
svg{max-width:100%;height:auto;display:block}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .dim{fill:var(--dim)}
.chips span{display:inline-block;background:#fff;border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;margin:.15rem .3rem .15rem 0;font-size:.85rem}
.sure{list-style:none;padding:0}
details{margin:.5rem 0}summary{cursor:pointer;color:var(--dim)}code{font-size:.78rem}
@media print{body{max-width:none;padding:0;font-size:11pt}h2{break-after:avoid}svg,.verdict,tr{break-inside:avoid}.scroll{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}table.classes{font-size:6.5pt}table.classes td{min-width:0;padding:.1rem}}`;
