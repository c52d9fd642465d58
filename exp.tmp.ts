import { readdirSync, readFileSync } from 'node:fs';
import { forkReader } from './src/edges/tables/fork-reader.tmp.ts';
import { openTables, readerEntry } from './src/edges/tables/index.ts';
import { profileDataset, findLeaks } from './src/stages/intake/index.ts';
import { Profile } from './src/domain/profile.ts';
const t = openTables(()=>forkReader(readerEntry), { tempDirectory:'/tmp/tw/run', memoryBytes: Number(process.env.MEM ?? 4e9) });
for (const n of (process.argv[2]?.split(',') ?? readdirSync('/work/shared/data').filter(x=>!x.includes('.')))) {
  const p='/work/shared/data/'+n+'/'+readdirSync('/work/shared/data/'+n).find(x=>x.startsWith('data.'));
  const meta=JSON.parse(readFileSync('/work/shared/data/'+n+'/dataset.json','utf8'));
  let t0=performance.now();
  try { const f = await t.openFile(p); const a=performance.now()-t0; t0=performance.now();
  const s = await f.statistics(); const b=performance.now()-t0; t0=performance.now();
  const pr = Profile.parse(profileDataset({path:p,rowCount:f.rowCount,notes:f.notes}, s));
  const r = await f.readColumns(pr.columns.map(({name,rule})=>({name,rule})));
  const c=performance.now()-t0; t0=performance.now();
  let target=f.findColumn(meta.target) ?? f.columns.at(-1)!;
  const tp=pr.columns.find(x=>x.name===target)!;
  const lt=(await f.readColumns([{name:target, rule: meta.task==='binary'||meta.task==='multiclass'?{type:'text',missing:tp.rule.missing}:tp.rule}])).table.columns.get(target)!;
  const rows:number[]=[]; for(let i=0;i<f.rowCount;i++) if(lt.type==='text'?lt.codes[i]>=0:!Number.isNaN((lt as any).values[i])) rows.push(i);
  t0=performance.now();
  const labels = lt.type==='text'?{kind:'classes' as const,codes:Int32Array.from(rows,i=>lt.codes[i]),classCount:lt.levels.length}:{kind:'values' as const,values:Float64Array.from(rows,i=>(lt as any).values[i])};
  const leaks=findLeaks([...r.table.columns].filter(([k])=>k!==target),labels,Int32Array.from(rows));
  console.log('\n##',n, f.columns.length, f.rowCount, f.notes.join(' ').slice(0,200), 'dup',s.duplicateRowCount, `open ${a|0} stat ${b|0} read ${c|0} leaks ${performance.now()-t0|0}`, JSON.stringify(r.unreadable.slice(0,2)));
  for (const x of pr.columns) console.log('  ',x.name,'|',x.kind,'|',x.rule.type+(x.rule.type==='number'?':'+x.rule.style:x.rule.type==='timestamp'?':'+x.rule.formats:''),JSON.stringify(x.rule.missing),'miss',x.missingCount,'dist',x.distinctCount,x.unreadableCount||'',x.personal??'', x.kindReason, x.dates?JSON.stringify(x.dates):'');
  console.log('  W', pr.warnings.map(w=>w.kind+':'+('column' in w?w.column:'')).join(', '));
  console.log('  LEAKS',leaks, 'truth', meta.leak_columns, meta.id_columns);
  await f.close(); } catch(e) { console.log(n,'ERR',e); }
}
await t.close();
