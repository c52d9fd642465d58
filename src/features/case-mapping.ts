/**
 * Simple case mapping of Unicode 16, one code point to one code point, frozen here and not taken from the JavaScript engine: an engine maps
 * some letters to several ("ß" to "SS"), looks at neighbours (final sigma), and learns new letters with each version, so that a
 * model would answer differently after an upgrade. It is the mapping of DuckDB 1.5, tested equal over all code points.
 */
export const lowerCase = (text: string): string => (isAscii(text) ? text.toLowerCase() : mapCase(text, lowerMap));
export const upperCase = (text: string): string => (isAscii(text) ? text.toUpperCase() : mapCase(text, upperMap));

/** Of these letters no engine thinks otherwise, and it is ten times as fast. */
function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function mapCase(text: string, map: ReadonlyMap<number, number>): string {
  let mapped = '';
  for (const letter of text) {
    const to = map.get(letter.codePointAt(0) ?? 0);
    mapped += to === undefined ? letter : String.fromCodePoint(to);
  }
  return mapped;
}

/** Runs of letters, each "first count step delta" in base 36: first, first + step, … (count more after the first) map to themselves + delta. */
function readRuns(runs: string): ReadonlyMap<number, number> {
  const map = new Map<number, number>();
  for (const run of runs.split(',')) {
    const [first, count, step, delta] = run.split(' ').map((part) => Number.parseInt(part, 36));
    for (let i = 0; i <= count; i++) map.set(first + i * step, first + i * step + delta);
  }
  return map;
}

const lowerRuns =
  '1t p 1 w,5c m 1 w,60 6 1 w,74 n 2 1,8g 0 1 -5j,8i 2 2 1,8p 7 2 1,96 m 2 1,ag 0 1 -3d,ah 2 2 1,ap 0 1 5u,aq 1 2 1,au 0 1 5q,av 0 1 1,ax 1 1 5p,' +
  'az 0 1 1,b2 0 1 27,b3 0 1 5m,b4 0 1 5n,b5 0 1 1,b7 0 1 5p,b8 0 1 5r,ba 0 1 5v,bb 0 1 5t,bc 0 1 1,bg 0 1 5v,bh 0 1 5x,bj 0 1 5y,bk 2 2 1,bq 0 1 62,' +
  'br 0 1 1,bt 0 1 62,bw 0 1 1,by 0 1 62,bz 0 1 1,c1 1 1 61,c3 1 2 1,c7 0 1 63,c8 0 1 1,cc 0 1 1,ck 0 1 2,cl 0 1 1,cn 0 1 2,co 0 1 1,cq 0 1 2,' +
  'cr 8 2 1,da 8 2 1,dt 0 1 2,du 1 2 1,dy 0 1 -2p,dz 0 1 -1k,e0 j 2 1,f4 0 1 -3m,f6 8 2 1,fu 0 1 8bv,fv 0 1 1,fx 0 1 -4j,fy 0 1 8bs,g1 0 1 1,' +
  'g3 0 1 -5f,g4 0 1 1x,g5 0 1 1z,g6 4 2 1,og 1 2 1,om 0 1 1,ov 0 1 38,p2 0 1 12,p4 2 1 11,p8 0 1 1s,pa 1 1 1r,pd g 1 w,pv 8 1 w,r3 0 1 8,rc b 2 1,' +
  's4 0 1 -1o,s7 0 1 1,s9 0 1 -7,sa 0 1 1,sd 2 1 -3m,sg f 1 28,sw v 1 w,v4 g 2 1,wa q 2 1,xs 0 1 f,xt 6 2 1,y8 1b 2 1,10x 11 1 1c,3a8 11 1 5ls,' +
  '3bb 0 1 5ls,3bh 0 1 5ls,3vk 27 1 tzk,3xs 5 1 8,5n4 16 1 -2bk,5od 2 1 -2bk,5xc 22 2 1,61q 0 1 -5vj,61s 1b 2 1,64o 7 1 -8,654 5 1 -8,65k 7 1 -8,' +
  '660 7 1 -8,66g 5 1 -8,66x 3 2 -8,67c 7 1 -8,688 7 1 -8,68o 7 1 -8,694 7 1 -8,69k 1 1 -8,69m 1 1 -22,69o 0 1 -9,6a0 3 1 -2e,6a4 0 1 -9,6ag 1 1 -8,' +
  '6ai 1 1 -2s,6aw 1 1 -8,6ay 1 1 -34,6b0 0 1 -7,6bc 1 1 -3k,6be 1 1 -3i,6bg 0 1 -9,6jq 0 1 -5st,6ju 0 1 -6gv,6jv 0 1 -6di,6k2 0 1 s,6lc f 1 g,' +
  '6mb 0 1 1,792 p 1 q,8ow 1b 1 1c,8rk 0 1 1,8rm 0 1 -8af,8rn 0 1 -2xy,8ro 0 1 -89z,8rr 2 2 1,8rx 0 1 -8bg,8ry 0 1 -8al,8rz 0 1 -8bj,8s0 0 1 -8bi,' +
  '8s2 0 1 1,8s5 0 1 1,8se 1 1 -8cf,8sg 1d 2 1,8vf 1 2 1,8vm 0 1 1,wu8 m 2 1,ww0 d 2 1,x0i 6 2 1,x0y u 2 1,x2x 1 2 1,x31 0 1 -r9g,x32 4 2 1,' +
  'x3f 0 1 1,x3h 0 1 -wmg,x3k 1 2 1,x3q 9 2 1,x4a 0 1 -wn8,x4b 0 1 -wnj,x4c 0 1 -wnf,x4d 0 1 -wn5,x4e 0 1 -wn8,x4g 0 1 -wlu,x4h 0 1 -wmi,' +
  'x4i 0 1 -wlx,x4j 0 1 ps,x4k 7 2 1,x50 0 1 -1c,x51 0 1 -wn7,x52 0 1 -raw,x53 1 2 1,x5c 0 1 1,x5i 1 2 1,x6d 0 1 1,1ee9 p 1 w,1fcw 13 1 14,' +
  '1fhs z 1 14,1fn4 i 2 13,1fn5 4 2 13,1fnh 6 2 13,1fnx 2 2 13,1fo5 0 1 13,1h1c 1e 1 1s,1jfk v 1 w,20cg v 1 w,2olc x 1 y';

const upperRuns =
  '2p p 1 -w,51 0 1 kn,67 0 1 5vj,68 m 1 -w,6w 6 1 -w,73 0 1 3d,75 n 2 -1,8h 0 1 -6g,8j 2 2 -1,8q 7 2 -1,97 m 2 -1,ai 2 2 -1,an 0 1 -8c,ao 0 1 5f,' +
  'ar 1 2 -1,aw 0 1 -1,b0 0 1 -1,b6 0 1 -1,b9 0 1 2p,bd 0 1 -1,be 0 1 4j,bi 0 1 3m,bl 2 2 -1,bs 0 1 -1,bx 0 1 -1,c0 0 1 -1,c4 1 2 -1,c9 0 1 -1,' +
  'cd 0 1 -1,cf 0 1 1k,cl 0 1 -1,cm 0 1 -2,co 0 1 -1,cp 0 1 -2,cr 0 1 -1,cs 0 1 -2,cu 7 2 -1,d9 0 1 -27,db 8 2 -1,du 0 1 -1,dv 0 1 -2,dx 0 1 -1,' +
  'e1 j 2 -1,f7 8 2 -1,fw 0 1 -1,fz 1 1 8cf,g2 0 1 -1,g7 4 2 -1,gg 0 1 8bj,gh 0 1 8bg,gi 0 1 8bi,gj 0 1 -5u,gk 0 1 -5q,gm 1 1 -5p,gp 0 1 -5m,' +
  'gr 0 1 -5n,gs 0 1 wnj,gw 0 1 -5p,gx 0 1 wnf,gz 0 1 -5r,h1 0 1 wmg,h2 0 1 wn8,h4 0 1 -5t,h5 0 1 -5v,h6 0 1 wn8,h7 0 1 8af,h8 0 1 wn5,hb 0 1 -5v,' +
  'hd 0 1 8al,he 0 1 -5x,hh 0 1 -5y,hp 0 1 89z,hs 0 1 -62,hu 0 1 wn7,hv 0 1 -62,hz 0 1 wmi,i0 0 1 -62,i1 0 1 -1x,i2 1 1 -61,i4 0 1 -1z,ia 0 1 -63,' +
  'il 0 1 wlx,im 0 1 wlu,n9 0 1 2c,oh 1 2 -1,on 0 1 -1,or 2 1 3m,q4 0 1 -12,q5 2 1 -11,q9 g 1 -w,qq 0 1 -v,qr 8 1 -w,r0 0 1 -1s,r1 1 1 -1r,' +
  'r4 0 1 -1q,r5 0 1 -1l,r9 0 1 -1b,ra 0 1 -1i,rb 0 1 -8,rd b 2 -1,s0 0 1 -2e,s1 0 1 -28,s2 0 1 7,s3 0 1 -38,s5 0 1 -2o,s8 0 1 -1,sb 0 1 -1,' +
  'ts v 1 -w,uo f 1 -28,v5 g 2 -1,wb q 2 -1,xu 6 2 -1,y7 0 1 -f,y9 1b 2 -1,129 11 1 -1c,3bk 16 1 2bk,3ct 2 1 2bk,3y0 5 1 -8,5mo 0 1 -4tq,' +
  '5mp 0 1 -4tp,5mq 0 1 -4tg,5mr 1 1 -4te,5mt 0 1 -4tf,5mu 0 1 -4t8,5mv 0 1 -4rp,5mw 0 1 r7m,5tl 0 1 r9g,5tp 0 1 2xy,5u6 0 1 raw,5xd 22 2 -1,' +
  '61n 0 1 -1n,61t 1b 2 -1,64g 7 1 8,64w 5 1 8,65c 7 1 8,65s 7 1 8,668 5 1 8,66p 3 2 8,674 7 1 8,67k 1 1 22,67m 3 1 2e,67q 1 1 2s,67s 1 1 3k,' +
  '67u 1 1 34,67w 1 1 3i,680 7 1 8,68g 7 1 8,68w 7 1 8,69c 1 1 8,69f 0 1 9,69q 0 1 -5k5,69v 0 1 9,6a8 1 1 8,6ao 1 1 8,6at 0 1 7,6b7 0 1 9,6ku 0 1 -s,' +
  '6ls f 1 -g,6mc 0 1 -1,79s p 1 -q,8q8 1b 1 -1c,8rl 0 1 -1,8rp 0 1 -8bv,8rq 0 1 -8bs,8rs 2 2 -1,8s3 0 1 -1,8s6 0 1 -1,8sh 1d 2 -1,8vg 1 2 -1,' +
  '8vn 0 1 -1,8w0 11 1 -5ls,8x3 0 1 -5ls,8x9 0 1 -5ls,wu9 m 2 -1,ww1 d 2 -1,x0j 6 2 -1,x0z u 2 -1,x2y 1 2 -1,x33 4 2 -1,x3g 0 1 -1,x3l 1 2 -1,' +
  'x3o 0 1 1c,x3r 9 2 -1,x4l 7 2 -1,x54 1 2 -1,x5d 0 1 -1,x5j 1 2 -1,x6e 0 1 -1,xub 0 1 -ps,xv4 27 1 -tzk,1ef5 p 1 -w,1fe0 13 1 -14,1fiw z 1 -14,' +
  '1fo7 i 2 -13,1fo8 4 2 -13,1fok 6 2 -13,1fp0 2 2 -13,1fp8 0 1 -13,1h34 1e 1 -1s,1jgg v 1 -w,20dc v 1 -w,2oma x 1 -y';

const lowerMap = readRuns(lowerRuns);
const upperMap = readRuns(upperRuns);
