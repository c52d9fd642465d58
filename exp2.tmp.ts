import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { loadTable } from './src/edges/tables/load-table.ts';
import { DelimitedParser } from './src/edges/tables/parse-delimited.ts';
import { DuckDBInstance } from '@duckdb/node-api';
const c = await (await DuckDBInstance.create(':memory:',{threads:'1'})).connect();
let acc=0, bad=0, tsfault=0, both=0;
const cell=fc.oneof(fc.constantFrom('','a',' b','c ','"q"','"a,b"','"x""y"','"x\ny"','x"y',' "s" ','"','"u','"k"z','é','""','"""','a""b','\t','"\r\n"'), fc.string({unit:fc.constantFrom('a','"',' ',','),maxLength:4}));
const arb=fc.tuple(fc.array(fc.tuple(cell,cell),{minLength:1,maxLength:5}), fc.constantFrom('\n','\r\n'), fc.boolean());
for (const [rows,nl,end] of fc.sample(arb,{numRuns:6000,seed:5})) {
  const text=['a,b',...rows.map(r=>r.join(','))].join(nl)+(end?nl:'');
  const parsed:string[][]=[]; 
  // pieces
  const p=new DelimitedParser({delimiter:',',quote:'"'},(cells)=>parsed.push(cells));
  for (const ch of text) p.push(ch); p.end();
  const whole:string[][]=[]; const p2=new DelimitedParser({delimiter:',',quote:'"'},(cells)=>whole.push(cells)); p2.push(text); p2.end();
  if (JSON.stringify([parsed,p.fault])!==JSON.stringify([whole,p2.fault])) { console.log('PIECES', JSON.stringify(text), JSON.stringify([parsed,p.fault]), JSON.stringify([whole,p2.fault])); }
  writeFileSync('/tmp/tw/f.csv',text);
  let duck: any[][]|undefined; try { duck=(await c.runAndReadAll(`select * from read_csv('/tmp/tw/f.csv',auto_detect=false,delim=',',quote='"',escape='"',header=true,columns={'a':'VARCHAR','b':'VARCHAR'},nullstr='',strict_mode=true)`)).getRows(); acc++; } catch(e) {}
  const ours = p.fault ? undefined : whole.slice(1).filter(r=>!(r.length===1&&r[0].trim()==='')).map(r=>r.slice(0,3));
  const fits = ours?.every(r=>r.length===2||(r.length===3&&r[2].trim()===''));
  if (!ours||!fits) tsfault++;
  if (duck) { const a=JSON.stringify(duck.map(r=>r.map(x=>(x??'').trim()))); const b= ours&&fits? JSON.stringify(ours.map(r=>r.slice(0,2).map(x=>x.trim()))):'FAULT'; if (a!==b) { bad++; if(bad<25) console.log(JSON.stringify(text),'\n  duck',a,'\n  ours',b, JSON.stringify(p.fault)); } else both++; }
}
console.log({acc,bad,both,tsfault});
