/**
 * Text that every link of version 1 contains, known to both sides (a preset dictionary of deflate),
 * so that field names cost next to nothing. Frozen: changing one character makes old links
 * unreadable. Text near the end is cheapest.
 */
const V1 = [
  '"light""dark","theme":"selection":{"row":,"sink":true,"attention":{"layer":,"head":,"view":{"kind":"hidden"',
  '"rank""logprob""rome""fixed""reference""naive""tuned""none (float64 reference)""google swiftshader""nvidia""amd""apple""intel"',
  '"corruption":{"type":"tokens","tokens":["bos":false,"distractor":{"id":,"token":" ',
  '"format":"loci","version":1,"kind":"causal-trace","spec":{"prompt":"The ","subject":{"begin":,"end":},',
  '"corruption":{"type":"noise","rule":"s3","sigma":0.0,"factor":3,"samples":10,"seed":1,"stream":"mt19937-polar"},',
  '"window":{"rule":"depth","size":1,"layers":[[0,1],[1,2],[2,3],[3,4],[4,5],[5,6],[6,7],[7,8],[8,9],[9,10],[10,11],[11,12]]},',
  '"size":3,"layers":[[0,2],[0,3],[1,4],[2,5],[3,6],[4,6],',
  '"model":{"id":"atlas","revision":"builtin","sha256":"","title":"Atlas"},"tokens":[{"id":0,"token":"<|endoftext|>"},',
  '{"id":10,"token":"The"},{"id":20,"token":" capital"},{"id":30,"token":" of"},{"id":40,"token":" is"},{"id":50,"token":" the"}],',
  '"answer":{"id":100,"token":" "},"predicted":{"id":100,"token":" ","p":0.9},"known":true,"metric":"logit-diff""metric":"p",',
  '"clean":{"metric":0.9,"p":0.9},"corrupted":{"metric":0.0,"p":0.0,"interval":[0.0,0.0]},',
  '"nextTokens":[{"id":100,"token":" "},{"id":200,"token":" "}],',
  '"counters":{"dispatches":100,"submits":10,"readbacks":4,"flops":1000000000,"naiveFlops":10000000000},',
  '"environment":{"adapter":"google swiftshader SwiftShader driver","engine":"gpu","execution":"wavefront","kernels":"pinned","loci":"0.1.0","time":"2025-01-01T00:00:00.000Z","seconds":1.0}},',
  '"kinds":{"hidden":{"groups":[{"name":"subject","rows":[4,5]}],"peak":{"row":5,"layer":0,"effect":0.1,"interval":null,"interval":[0.0,0.0]},',
  '"planes":{"effect":{"base":0,"step":0.00001},"below":{"base":0,"step":0.00001},"p":{"base":0,"step":0.00001}}},"mlp":{"groups":[],"attn":{"groups":[]',
].join('');

export const traceDictionary = new TextEncoder().encode(V1);
