import { readdirSync } from 'node:fs';
import { forkReader } from './src/edges/tables/fork-reader.tmp.ts';
import { openTables, readerEntry } from './src/edges/tables/index.ts';
const t = openTables(()=>forkReader(readerEntry), { tempDirectory:'/tmp/tw/run' });
for (const n of (process.argv[2]?.split(',') ?? readdirSync('/work/shared/data').filter(x=>!x.includes('.')))) {
  const p='/work/shared/data/'+n+'/'+readdirSync('/work/shared/data/'+n).find(x=>x.startsWith('data.'));
  let t0=performance.now();
  try { const f = await t.openFile(p); const a=performance.now()-t0; t0=performance.now();
  const s = await f.statistics(); const b=performance.now()-t0; t0=performance.now();
  const r = await f.readColumns(f.columns.map((name,i)=>({name, rule: s.columns[i].numberCounts.plain>0.9*f.rowCount?{type:'number',missing:['NA'],style:'plain'}:{type:'text',missing:['NA']}})));
  const c=performance.now()-t0;
  console.log(n, f.columns.length, f.rowCount, JSON.stringify(f.dialect), f.notes.join(' ').slice(0,200), 'dup',s.duplicateRowCount, `open ${a|0} stat ${b|0} read ${c|0}`, JSON.stringify(r.unreadable.slice(0,2)));
  if (process.argv[3]) console.log(JSON.stringify(s.columns.map(c=>({...c,top:c.top.slice(0,3)})),null,1));
  await f.close(); } catch(e) { console.log(n,'ERR',e); }
}
console.log(JSON.stringify(await t.parseExpressions(['a + ln(b)', 'a +'])).slice(0,300));
await t.close();
