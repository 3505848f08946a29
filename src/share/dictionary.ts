/**
 * Text that links contain, known to both sides (a preset dictionary of deflate), so that field
 * names cost next to nothing. Frozen: changing one character makes old links unreadable. Text near
 * the end is cheapest. Version 2 held studies.
 */
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

/** Version 3 held studies with a graph: graph words, then those of version 2. */
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

/** Version 4 holds any finding: all earlier words, then those of causal traces. */
const V4 = [
  V3,
  '"hedged capital, read at 10, 30 draws""hedged capital, read at 10, 30, 100 draws""window":{"rule":"rome","size":10,"rule":"fixed","size":',
  '"hatching":"Nothing is hatched: the subject was replaced once, so nothing varies.","hatching":"Nothing is hatched.","hatching":"Nothing is hatched: one draw says nothing about all cells at once; ten do.""Nothing is hatched: 3 draws say',
  '"tightened":[{"at":"corrupted","draws":300,"mean":0.0,"range":[0.0,0.9],"interval":[0.0,0.0],"rule":"hedged","looks":[30,100,300]},{"at":{"figure":"hidden","cell":',
  '"warning":"The model does not know this: it says *","title":"France → Paris","notes":["A smaller link: no ranges, intervals, hatching."],"notes":["An earlier version of Loci made this, with other rules for intervals. They are left out; run it again for new ones."]',
  '"metric":"rank","outcomes":"classes","unit":"places","measures":"number of tokens ranked above ","scale":"negative","hatched":true,"hatching":"Nothing is hatched."',
  '"name":"hidden_p","title":"hidden state","drawn":"beside","unit":"probability","measures":"p( )","percent":true,"name":"mlp_p","title":"MLP","name":"attn_p","title":"attention","answerRow":',
  '"unit":"nats","measures":"log p(Paris)","rule":"paired Student t","planes":{"values":{"base":-1,"step":0.0001},"below":{"base":0,"step":0.00001},"above":{"base":0,"step":0.00001}},"wide":true}},"marks":{"ranges":true}}',
  '"metric":"logit-diff","unit":"logits","measures":"logit difference  − ","interval":[0.0,0.0]},"rule":"paired Student t","graph":null,(hook_mlp_out, hook_attn_out) in 3 blocks around it.""levels":[{"name":"corrupted","value":0.0},{"name":"clean","value":0.9}],',
  '{"document":{"format":"loci","version":3,"kind":"causal-trace","spec":{"version":1,"kind":"causal-trace","model":{"id":"atlas","revision":"builtin"},"prompt":"The capital of France is","bos":true,"tokens":[0,270,285,265,788,260],',
  '"subject":{"begin":4,"end":5},"answer":{"id":951},"distractor":{"id":1024},"corruption":{"type":"tokens","tokens":[0,270,"corruption":{"type":"noise","rule":"s3","sigma":0.0,"factor":3,"samples":10,"seed":1,"stream":"mt19937-polar"},',
  '"metric":"p","direction":"restore","kinds":["hidden","mlp","attn"],"window":{"rule":"depth","size":1,"layers":[[0,1],[1,2],[2,3],[3,4],[4,5],[5,6],[6,7],[7,8],[8,9],[9,10],[10,11],[11,12]]},"size":3,"layers":[[0,2],[0,3],[1,4],[2,5],[3,6],[4,7],[5,8],[6,9],[7,10],[8,11],[9,12],[10,12]]},',
  '"groups":[{"name":"subject","rows":[4,5]}]},"groups":[]},"model":{"id":"atlas","revision":"builtin","sha256":"","title":"Atlas","family":"gpt2","weights":"f32"},"tokens":["<|endoftext|>","The"," capital"," of"," is"],"answer":{"id":951,"token":" ',
  '","p":0.97},"distractor":{"id":1024,"token":" "},"predicted":{"id":951,"token":" ","p":0.97},"known":true,"cases":{"asked":1,"measured":1,"skipped":[]},"counters":{"dispatches":260,"submits":11,"readbacks":4,"flops":760879104,"naiveFlops":17468289024},',
  '"environment":{"adapter":"google swiftshader SwiftShader driver 5.0.0","engine":"gpu","execution":"wavefront","kernels":"pinned","loci":"0.1.0","time":"2026-11-30T06:58:22.345Z","seconds":1.1},"worded":true,"notes":[],',
  '{"name":"next_tokens","title":"next tokens","unit":"probability","percent":true,"drawn":"beside","scale":"signed","axes":[{"name":"token","ids":[951],"labels":[" Paris"," Sucre"," the"]},{"name":"run","labels":["clean","corrupted"]}],"planes":{"values":{"base":0,"step":0.000015}}},',
  '{"name":"next_logits","title":"their logits","unit":"logits","drawn":"beside","scale":"signed","axes":[{"name":"token","ids":[],"labels":[" ',
  '"]},{"name":"run","labels":["clean","corrupted"]}],"planes":{"values":{"base":-190,"step":0.0002}}}],"answer":{',
  '"overNoise":{"by":"logprob","rule":"max-t","hatching":"Hatched: no effect on log p is shown there. Showing one takes a paired t test of 10 draws that holds for all cells of a map at once, and nearly all draws on one side.","varies":{"what":"noise draws","n":10},',
  '"figures":[{"name":"hidden","title":"hidden state","unit":"probability","measures":"p(Paris)","percent":true,"hatching":"Hatched: no effect on the logit difference is shown there. Showing one takes a paired t test of 10 draws that holds for all cells of a map at once, and nearly all draws on one side.",',
  '"varies":{"what":"noise draws","n":10},"floor":"corrupted","drawn":"heatmap","scale":"positive","hue":"purple","caption":"Each cell: the corrupted run with that state set to its clean value. Hidden states after a block (hook_resid_post); outputs of MLPs and attention (hook_mlp_out, hook_attn_out) in one block.","axes":[{"name":"position","groups":[[4,5]],"marked":[4,6],"tokens":true,"labels":["whole subject"]},{"name":"position","marked":[4,5],"tokens":true,"labels":[]},{"name":"layer","labels":6}],',
  '"levels":[{"name":"corrupted","value":0.0,"range":[0.0,0.0]},{"name":"clean","value":0.97}],"peak":{"cell":24,"overNoise":{"by":"logit-diff","rule":"max-t","family":30,"share":0.9,"effect":5.5,"interval":[3.0,8.0]}},"planes":{"values":{"base":0,"step":0.000015}},"marks":{"ranges":true,"hatched":true,"alike":true}},',
  '{"name":"mlp","title":"MLP","unit":"probability","measures":"p( )","percent":true,"hatching":"Hatched: no effect on the logit difference","floor":"corrupted","drawn":"heatmap","scale":"positive","hue":"green","caption":"Each cell: the corrupted run with that state set","axes":[{"name":"position","marked":[4,6],"tokens":true,"labels":[]},{"name":"layer","covers":[[0,1],[1,2],[2,3],[3,4],[4,5],[5,6]],"labels":6}],"levels":[{"name":"corrupted","value":0.0',
  '{"name":"attn","title":"attention","unit":"probability","measures":"p( )","scale":"positive","hue":"red","caption":"Each cell: the corrupted run with that state set","axes":[{"name":"position","groups":[[4]],"marked":[4,5],"tokens":true,"labels":["whole subject"]},{"name":"layer","covers":[[0,1],[1,2],"labels":12}],"levels":[{"name":"corrupted","value":0.0,"range":[0.00',
].join('');

export const dictionary = new TextEncoder().encode(V4);
