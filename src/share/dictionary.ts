/**
 * Text that every link of version 1 contains, known to both sides in advance (a preset dictionary of deflate),
 * so that field names cost next to nothing. Frozen: changing one character makes old links unreadable. What is
 * near the end is cheapest to refer to.
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

export const dictionary = new TextEncoder().encode(V1);

/** The same for links of version 2, which hold studies. Frozen, too. */
const V2 = [
  '"light""dark""theme":"view":{"selection":{"figure":"","cell":',
  '"metric":"p""metric":"logprob""metric":"rank""onlyKnown":true,"set":{"name":"","sha256":"","label":"capital:',
  '"none (float64 reference)""google swiftshader""nvidia""amd""apple""intel""engine":"reference","execution":"naive","verified":{"against":"',
  '"notes":["skipped":[{"case":0,"label":"","reason":"the model says \' \' (p 0.), expected \' \' with p >= 0.5"}]},"texts":["',
  '"drawn":"lines","drawn":"bars","drawn":"table","scale":"positive","unit":"probability","unit":"logits","unit":"nats","unit":"share"',
  '"varies":{"what":"prompts","n":{"what":"draws","n":"levels":[{"name":"corrupted","value":0},{"name":"clean","value":1}],"at":[',
  '{"name":"token role","labels":["start token","before the subject","first subject token","middle subject tokens","last subject token","first token after the subject","further tokens","last token"]}',
  '{"name":"head","labels":4}{"name":"head","labels":12}{"name":"neuron","labels":512}{"name":"layer","labels":6}{"name":"layer","labels":12}',
  '"unchanged":{"runs":0,"of":100,"examples":[]},"counters":{"dispatches":100,"submits":10,"readbacks":4,"flops":1000000000,"naiveFlops":10000000000},',
  '"environment":{"adapter":"google swiftshader SwiftShader driver","engine":"gpu","execution":"wavefront","kernels":"pinned","loci":"0.1.0","time":"2025-01-01T00:00:00.000Z","seconds":1.0},',
  '"figures":[{"name":"resid_pre","title":"residual stream before the block","unit":"normalised (0 corrupted, 1 clean)",',
  '"drawn":"heatmap","scale":"signed","caption":"Each cell: the corrupted run with this state set to its clean value.",',
  '"axes":[{"name":"layer","labels":6},{"name":"position","labels":["[BOS]","The","·capital","·of","·","·is"]}],',
  '"planes":{"values":{"base":0,"step":0.00001},"below":{"base":0,"step":0.00001},"above":{"base":0,"step":0.00001}}},',
  '{"document":{"format":"loci","version":1,"kind":"activation-patching","spec":{"version":1,"kind":"activation-patching","model":{"id":"atlas","revision":"builtin"},"bos":true,',
  '"cases":[{"prompt":"The capital of  is","tokens":[0,10,20,30,40,50],"subject":{"begin":4,"end":5},"answer":{"id":100},"distractor":{"id":200},"corrupted":{"prompt":"The capital of  is","tokens":[0,',
  '"metric":"logit-diff","onlyKnown":false,"direction":"denoise","scale":"normalised","grids":["resid_pre","attn_out","mlp_out"]},"model":{"id":"atlas","revision":"builtin","sha256":"","title":"Atlas"},',
  '"tokens":[{"id":0,"token":"<|endoftext|>"},{"id":10,"token":"The"},{"id":20,"token":" capital"},{"id":30,"token":" of"},{"id":50,"token":" is"}],"finding":"","notes":[],"cases":{"asked":1,"measured":1,"skipped":[]}',
].join('');

export const studyDictionary = new TextEncoder().encode(V2);

/** The same for links of version 3, which hold studies with a graph: graphs' words, then those of version 2. Frozen, too. */
const V3 = [
  '"method":"exhaustive""method":"acdc""method":"chosen""method":"imported","ablation":"zero""ablation":"mean""ablation":"constant"',
  '"positions":["[BOS]","The","·capital","·of","·","·is"],"stability":[{"over":"prompts","n":100,"jaccard":{"value":1}},{"over":"beta","n":',
  '"interactions":[{"a":"a0.h0->a1.h0<q>","b":"m0->logits","value":0.0,"interval":[0.0,0.0]},{"a":"input->m0","b":"m1->m2","value":-0.0',
  '"curve":[{"share":0.001,"edges":1,"faithfulness":0.0,"interval":[0.0,0.0]},{"share":0.002,"edges":{"share":0.005,{"share":0.01,{"share":0.02,{"share":0.05,{"share":0.1,{"share":0.2,{"share":0.5,{"share":1,"randomCurve":[',
  '"truth":{"faithfulness":{"value":0.9,"interval":[0.0,0.0]},"heldOut":{"value":0.9,"complement":{"value":0.0,"completeness":{"value":0.0,"minimality":{"worst":"a0.h0->m0","value":0.0},"random":{"value":0.0},"cpr":0.9,"cmd":0.0',
  '"rule":"paired","alpha":0.05,"z":1.65,"least":0.001,"threshold":0.000001,"tau":0.01,"measure":"kl","curve":true,"random":5,"samples":10,"resamples":100,"betas":[],"seeds":[],"interactions":10,',
  '"view":{"graph":{"pinned":["hidden":["groups":[{"name":"","nodes":["notes":[{"text":"","cut":["selection":"a0.h0",',
  ' edges carry the answer; alone they keep  % of the answer. The strongest is a0.h0 → m0.","notes":["The link holds the  strongest of  edges, with all that were kept; the JSON file holds the rest."]',
  '"graph":{"version":1,"method":"path","ablation":"corrupted","shape":{"layers":6,"heads":8,"kvHeads":8,"hasMlp":true,"parallel":false},"total":1000,"levels":{"clean":0.0,"corrupted":-0.0,"empty":null},',
  '"edges":1000,"estimates":false,"planes":{"values":{"base":0,"step":0.00001},"below":{"base":0,"step":0.00001},"kl":{"base":0,"step":0.00001},"p":{"base":0,"step":0.00001}}},',
  '"kind":"graph","spec":{"version":1,"kind":"graph","method":"path","ablation":"corrupted","positions":"collapsed","heldOut":0,"beta":0,"jitter":0,"seed":1,',
  V2,
].join('');

export const graphDictionary = new TextEncoder().encode(V3);
