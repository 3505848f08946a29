"""A result of Loci, run again with TransformerLens.

It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than
1e-4. Tokens are ids, so that no tokenizer comes between.

    pip install transformer-lens==4.3.0 numpy
    python THIS_FILE [the folder of the model, with config.json, tokenizer and weights]
"""

import sys
from functools import partial

import numpy as np
import torch
from transformer_lens import patching
from transformer_lens.model_bridge import TransformerBridge

ABOUT = "Activation patching: Which states carry the answer from one prompt to its twin?"
MADE = "Made by Loci 0.1.0 from a result of 2026-01-01 for the model tiny-llama."
MODEL = sys.argv[1] if len(sys.argv) > 1 else "tiny-llama"
REVISION = None

CASES = [
    {
        "prompt": "tiny-llama, clean",
        "twin": "tiny-llama, corrupted",
        "clean": [60, 12, 51, 18, 19, 51, 47, 46],
        "corrupted": [60, 12, 44, 18, 18, 51, 47, 46],
        "answer": 7,
        "distractor": 27,
        "subject": [2, 5],
    },
]
GRIDS = {  # figure: the activation, and the axes along which one piece after the other is replaced
    "resid_pre": ("hook_resid_pre", ("position",)),
    "resid_mid": ("hook_resid_mid", ("position",)),
    "resid_post": ("hook_resid_post", ("position",)),
    "attn_out": ("hook_attn_out", ("position",)),
    "mlp_out": ("hook_mlp_out", ("position",)),
    "resid_pre_all_pos": ("hook_resid_pre", ()),
    "resid_mid_all_pos": ("hook_resid_mid", ()),
    "resid_post_all_pos": ("hook_resid_post", ()),
    "attn_out_all_pos": ("hook_attn_out", ()),
    "mlp_out_all_pos": ("hook_mlp_out", ()),
    "attn_head_out_by_pos": ("attn.hook_z", ("position", "head")),
    "attn_head_q_by_pos": ("attn.hook_q", ("position", "head")),
    "attn_head_k_by_pos": ("attn.hook_k", ("position", "head")),
    "attn_head_v_by_pos": ("attn.hook_v", ("position", "head")),
    "attn_head_pattern_by_pos": ("attn.hook_pattern", ("head", "destination")),
    "attn_head_pattern_dest_src_pos": ("attn.hook_pattern", ("head", "destination", "source")),
    "attn_head_out_all_pos": ("attn.hook_z", ("head",)),
    "attn_head_q_all_pos": ("attn.hook_q", ("head",)),
    "attn_head_k_all_pos": ("attn.hook_k", ("head",)),
    "attn_head_v_all_pos": ("attn.hook_v", ("head",)),
    "attn_head_pattern_all_pos": ("attn.hook_pattern", ("head",)),
    "neurons": ("mlp.hook_post", ("neuron",)),
}
LAYOUT = {  # axes of an activation behind the batch axis
    "hook_resid_pre": ["position"],
    "hook_resid_mid": ["position"],
    "hook_resid_post": ["position"],
    "hook_attn_out": ["position"],
    "hook_mlp_out": ["position"],
    "attn.hook_z": ["position", "head"],
    "attn.hook_q": ["position", "head"],
    "attn.hook_k": ["position", "head"],
    "attn.hook_v": ["position", "head"],
    "attn.hook_pattern": ["head", "destination", "source"],
    "mlp.hook_post": ["position", "neuron"],
}

TOLERANCE = 1e-4

# Loci's own numbers, which this script is to find again.
LOCI = {
"resid_pre": {"shape": [2, 8], "values": [
0, 0, 0.279855938, 0, 0.461381924, 0, 0, 0, 0, 0, 0.0304229767, -0.0080082766, 0.00202355498, -0.00755144757,
-0.00144213432, 1.02884187
]},
"resid_mid": {"shape": [2, 8], "values": [
0, 0, 0.0304229767, -0.0080082766, 0.00202355498, -0.00755144757, -0.00144213432, 1.02884187, 0, 0, 0, 0, 0,
0, 0, 1
]},
"resid_post": {"shape": [2, 8], "values": [
0, 0, 0.0304229767, -0.0080082766, 0.00202355498, -0.00755144757, -0.00144213432, 1.02884187, 0, 0, 0, 0, 0,
0, 0, 1
]},
"attn_out": {"shape": [2, 8], "values": [
0, 0, 0.0261646553, -0.0080082766, 0.00833281273, -0.00755144757, -0.00144213432, 1.02884187, 0, 0, 0, 0, 0,
0, 0, 0.344853354
]},
"mlp_out": {"shape": [2, 8], "values": [
0, 0, 0.0304143943, -0.00363465146, 0.00292900314, 0.020429243, 0.00258335105, 0.651297793, 0, 0, 0, 0, 0, 0,
0, 0.219434875
]},
"resid_pre_all_pos": {"shape": [2], "values": [
1, 1
]},
"resid_mid_all_pos": {"shape": [2], "values": [
1, 1
]},
"resid_post_all_pos": {"shape": [2], "values": [
1, 1
]},
"attn_out_all_pos": {"shape": [2], "values": [
1.00197967, 0.344853354
]},
"mlp_out_all_pos": {"shape": [2], "values": [
0.703688416, 0.219434875
]},
"attn_head_out_by_pos": {"shape": [2, 8, 6], "values": [
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.00263000086, 0.0066406368, -0.0115854809, 0.0258974753, 0.0150566349,
0.0165209437, -0.00521428863, -0.00109913773, 0.00126337559, -0.000304623784, -0.0000876188, -0.0048022807,
-0.00692698532, 0.00590353632, 0.00150423316, 0.0543636442, -0.000224963079, 0.00521165324, 0.0226060672,
-0.0368010117, 0.00976804109, 0.0113226805, 0.00773805808, 0.0285026938, -0.0156397612, 0.0000563436951,
0.00749578463, -0.00294244586, 0.000771727632, -0.000498862848, 0.111835336, 0.0462074992, -0.00373655472,
-0.0102277333, 0.161760069, 0.67828931, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.034733863, 0.00199867715, -0.0346194522, 0.1812353,
0.0236810017, 0.0977468939
]},
"attn_head_q_by_pos": {"shape": [2, 8, 6], "values": [
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00133366483, 0.00140521259, -0.00137151116, 0.0126782578, 0.0157775287,
0.0101084847, 0, 0, 0, 0, 0, 0, -0.00115745614, 0.000229611933, -0.0008365779, -0.00186316603, -0.00305836055,
0.00897925636, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0673417924,
-0.0147125506, -0.00252504894, 0.16876559, -0.00456982231, 0.101627808
]},
"attn_head_k_by_pos": {"shape": [2, 8, 2], "values": [
0, 0, 0, 0, -0.0290192841, 0.26002752, 0, 0, 0.160014835, 0.200498896, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0.0279809121, 0.00089773055, 0.00943225615, -0.00135612703, -0.00519480106, 0.0125748122, -0.0133862487,
0.00775477521, -0.00148682197, 0.00148576163, -0.000504783342, 0.13857927
]},
"attn_head_v_by_pos": {"shape": [2, 8, 2], "values": [
0, 0, 0, 0, -0.0184605121, 0.261388487, 0, 0, -0.0121185455, -0.0106706796, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0.0567326076, 0.00130364998, -0.00538900075, -0.0121561637, -0.0133758866, 0.0404881895, 0.0201999937,
-0.0020193255, 0.000421585212, 0.00298232143, 0.0369612609, 0.254688874
]},
"attn_head_pattern_by_pos": {"shape": [2, 6, 8], "values": [
0, 0, -0.000882590626, -0.00467109576, -0.00375892906, 0.0177478635, -0.00504388173, 0.114744983, 0, 0,
0.00398956383, -0.00093539318, -0.00114994902, -0.0336021197, 0.000205534314, 0.0538078428, 0, 0,
-0.00172042302, 0.00206836289, -0.000298754071, 0.0219932313, 0.00764996939, 0.00262463315, 0, 0, 0.025695646,
-0.000127913362, 0.0551155645, 0.0146179937, 0.00578135331, -0.00134447444, 0, 0, 0.00939142013,
-0.0000284341462, 0.00299491003, -0.000239889686, -0.000135618833, 0.0898284844, 0, 0, 0.0168627694,
-0.00213172505, 0.0107858969, 0.0239304596, 0.00031735727, 0.32430617, 0, 0, 0, 0, 0, 0, 0, 0.0609645813, 0,
0, 0, 0, 0, 0, 0, -0.0120251055, 0, 0, 0, 0, 0, 0, 0, -0.0292521305, 0, 0, 0, 0, 0, 0, 0, 0.127108842, 0, 0,
0, 0, 0, 0, 0, 0.0173465915, 0, 0, 0, 0, 0, 0, 0, 0.0289949706
]},
"attn_head_pattern_dest_src_pos": {"shape": [2, 6, 8, 8], "values": [
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00285742336, -0.00222987245, -0.000499407859, 0, 0, 0, 0, 0,
0.0000187291469, -0.0000879337623, -0.0039296049, 0.000427531623, 0, 0, 0, 0, 0.001185167, -0.000666115677,
-0.00515268609, 0.00143654332, -0.00117710185, 0, 0, 0, -0.000394500811, 0.0046205577, 0.0105453063,
-0.000573644268, 0.000281859788, 0.00671415319, 0, 0, -0.00049849544, -0.00078547677, 0.00111202893,
0.0000162830204, -0.0036368611, -0.00032672638, 0.000647379895, 0, -0.0000149478421, 0.0070782425,
-0.00514699377, -0.00290855835, 0.094675825, 0.000570348664, -0.0000393019999, 0.0115726632, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.000034703301, 0.000421725529, 0.0037574518, 0, 0, 0, 0, 0, 0.00000369290449,
-0.00026945656, -0.000772919767, 0.0000943566809, 0, 0, 0, 0, 0.000121097316, 0.000451585334, 0.00215177513,
-0.00173890008, -0.00114348224, 0, 0, 0, 0.00115856558, -0.0099512994, -0.0333336429, 0.00258922969,
0.00234204049, -0.00116846398, 0, 0, -0.0000218406926, 0.0000906055768, -0.000118238961, -7.62478671e-7,
0.000365239858, -0.00000331363998, 0.00000269890994, 0, 0.00037914319, 0.00252497196, 0.00482984286,
-0.00670462365, 0.0500949146, 0.00448200898, 0.00123775922, -0.000752412104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, -0.00120844811, -0.000113235807, -0.000525903683, 0, 0, 0, 0, 0, -0.0000952731652,
0.000132131822, 0.00227035691, -0.000204973832, 0, 0, 0, 0, 0.000566656648, -0.000933267812, -0.000339774344,
0.000229368642, 0.0000270105081, 0, 0, 0, -0.00084825005, 0.0196051679, -0.0207441361, -0.00259711278,
0.0283684329, 0.00261468083, 0, 0, 0.0000459059357, 0.000417330274, 0.00126801365, -0.000281821368,
0.00579065776, -0.000437087738, -0.00000182513445, 0, -0.000113077858, -0.00160769388, 0.00197283919,
-0.0000176534927, 0.0051167165, -0.00217841776, 0.000035759058, -0.00148933917, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0.00618228575, 0.0245496375, 0.000985176904, 0, 0, 0, 0, 0, 0.000104465736, -0.000239592786,
0.0000115483041, 0.00000295424508, 0, 0, 0, 0, -0.00249199606, 0.0248564537, 0.00269827731, 0.000114032918,
0.0437069038, 0, 0, 0, 0.00969861528, 0.0129071558, -0.00740071541, 0.000414597301, -0.00010577332,
0.000309379627, 0, 0, -0.0000183845283, -0.0000755012279, 0.000868946646, -0.0000819996717, 0.00443635085,
-0.0000253026315, 0.00000639829199, 0, 0.00522137187, -0.00541551622, -0.00267209834, 0.00217803541,
0.00307441389, -0.0019471477, 0.0000969099319, 0.0000436337221, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0.000165376058, 0.0192788077, -0.00611814412, 0, 0, 0, 0, 0, -0.0000572120457, 0.0000232740179,
0.00000414478106, 8.32781355e-7, 0, 0, 0, 0, -0.00223450752, -0.00284804828, 0.000568324231, -0.0000902889388,
0.00485540278, 0, 0, 0, -0.000292110312, -0.000271179653, -0.00590503023, -0.00404575136, 0.0113041641,
0.0000652846656, 0, 0, -0.0000435309409, -0.0000745676005, 0.0000420848527, 0.0016512738, 0.00244912812,
7.85151695e-8, -0.00000703377307, 0, -0.000608685749, 0.00126120912, 0.1000109, 0.000208196933, 0.0439882529,
0.00745346386, -0.00291485802, 0.00888166545, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.00133969399,
0.0187644144, -0.0000587764559, 0, 0, 0, 0, 0, -0.000111009028, -0.00198516079, -0.00039019127,
0.000511971448, 0, 0, 0, 0, 0.000427822553, 0.00385549174, -0.000869692285, 0.0012719882, 0.00529086521, 0, 0,
0, 0.0000192388413, 0.013662581, -0.0000698527109, -0.00498113685, 0.0156511731, 0.000209030726, 0, 0,
0.0000185088382, 0.000116992575, -0.0000130633974, -0.0000204128236, 0.0000243472718, 0.0000266968628,
0.000135956881, 0, 0.0000877534177, -0.00737914468, 0.265948302, 0.000353320527, 0.252218847,
-0.0000347093479, 0.00674146547, 0.000421263716, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0.0239426123, 0.0000410959646, 0.0150559121, 0.0146840426, 0.0349821193, 0.0145866371, -0.00270202645,
-0.00913945796, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00000617243896, -0.000184386486,
-0.0000747499602, -0.0048432431, -0.00437551189, 0.000121187214, -0.0000553997922, -0.00319083394, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.00352886098, 0.0172263131, 0.00496338721, 0.0135605697,
0.0275484543, -0.0525655112, -0.000132590303, 0.0000257234018, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0.0125327289, 0.0149915821, 0.00256498599, -0.00152098964, 0.000176464109, -0.00104415501,
0.00148544699, 0.096341088, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0110567273,
0.00930956209, -0.00059248618, 0.000153879539, -0.000263029716, 0.0000168669186, -0.000344391447,
-0.000765832856, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.00075765794, -0.00258333545,
0.00580959696, 0.00252303213, 0.00969576139, 0.00256027433, 0.000310128466, 0.00490856099
]},
"attn_head_out_all_pos": {"shape": [2, 6], "values": [
0.0798885445, 0.0382764046, -0.00150260123, 0.100271116, 0.181253581, 0.617461253, 0.034733863, 0.00199867715,
-0.0346194522, 0.1812353, 0.0236810017, 0.0977468939
]},
"attn_head_q_all_pos": {"shape": [2, 6], "values": [
0.0000943047274, 0.00178725227, -0.00235286613, 0.00989455426, 0.0123654103, 0.0179083561, 0.0673417924,
-0.0147125506, -0.00252504894, 0.16876559, -0.00456982231, 0.101627808
]},
"attn_head_k_all_pos": {"shape": [2, 2], "values": [
0.166114733, 0.263087343, 0.0803907348, 0.205756894
]},
"attn_head_v_all_pos": {"shape": [2, 2], "values": [
0.0407150252, 0.281247057, 0.0683519111, 0.295323628
]},
"attn_head_pattern_all_pos": {"shape": [2, 6], "values": [
0.107621131, 0.0378174599, 0.0255030643, 0.113290054, 0.109503826, 0.334813932, 0.0609645813, -0.0120251055,
-0.0292521305, 0.127108842, 0.0173465915, 0.0289949706
]},
"neurons": {"shape": [2, 45], "values": [
0.00451643231, 0.0050691599, 0.0880760056, 0.0062178464, 0.00358294046, 0.026363673, -0.0121983925,
0.00730408817, 0.00578143413, 0.00480168088, 0.0013203607, 0.00460276156, 0.0681139389, 0.0461473609,
-0.00278359261, -0.00018344627, 0.0252740206, -0.00137109105, 0.22533168, 0.0131246801, 0.177345628,
0.0249423794, 0.000822069638, 0.0504056742, 0.00210341184, 0.0166230077, -0.00141997823, 0.0925237007,
-0.00341480524, 0.00182884662, 0.00631331419, -0.0191881961, -0.00236789046, 0.0392071235, 0.0289722964,
-0.0052035423, -0.00240348438, 0.00347870894, 0.0159982685, 0.000786413592, 0.0120418492, -0.0192032728,
0.00639590685, -0.00268360597, 0.00237040713, 0.00185626396, 0.0141270573, 0.00111545979, 0.00474048337,
-0.0049564292, -0.0248776106, 0.0460798146, -0.018184342, 0.00181025352, 0.00436176008, 0.0224229485,
-0.0117655516, -0.000794696014, -0.00045752783, 0.00749961311, 0.0128567246, -0.00520970889, 0.0168088177,
0.000704426795, -0.00247338954, 0.000703840627, 0.000546292298, 0.0820550643, -0.0210141152, 0.000555088762,
0.0000219501072, 0.000257197969, 0.0123517635, 0.000346102812, 0.00167205236, 0.00035199203, 0.00493930657,
-0.00142162337, 0.0310105043, -0.00913405669, -0.000476767514, -0.000390446448, 0.00501283552, 0.00118179558,
0.00010484212, 0.021970824, -0.00457327859, 0.0312972109, 0.00163072098, -0.00255502016
]}
}

model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32, revision=REVISION)
model.enable_compatibility_mode(no_processing=True)  # raw weights: nothing is folded or centred
n_layers, n_heads = model.cfg.n_layers, model.cfg.n_heads


@torch.no_grad()
def run(tokens, edits={}, keep=()):
    """One forward pass over a batch of prompts, given as token ids [batch, pos].

    edits: {hook name: function from a value to its new value}; keep: hook names whose values, after the edits, are
    wanted. Values have a batch axis. Returns the logits [batch, pos, vocab] and {hook name: value}.
    """
    kept = {}

    def edit(value, hook, name):
        new = edits[name](value.clone())
        if name.endswith("hook_resid_mid"):
            value[:] = new  # in place: a new tensor would reach the MLP alone, not the residual stream
        return new

    def save(value, hook, name):
        kept[name] = value.clone()

    hooks = [(name, partial(edit, name=name)) for name in edits]
    hooks += [(name, partial(save, name=name)) for name in keep]
    prompts = torch.tensor(tokens, device=model.cfg.device)
    return model.run_with_hooks(prompts, fwd_hooks=hooks, prepend_bos=False), kept


def metric(logits, case):  # [batch, pos, vocab] -> [batch]
    """logit(answer) - logit(distractor), at the last position."""
    last = logits[:, -1].double()
    return last[:, case["answer"]] - last[:, case["distractor"]]


def place(site, axes, cell):
    """Index of a cell in a value [batch, ...]: one entry along the swept axes, everything along the others."""
    at = dict(zip(axes, cell))
    return (slice(None), *(at.get(axis, slice(None)) for axis in LAYOUT[site]))


def sweep(tokens, case, site, axes, new):
    """[layer, *axes]: the metric of a run whose activation is replaced, cell by cell, by `new`, {hook: value}."""
    hooks = [f"blocks.{layer}.{site}" for layer in range(n_layers)]
    _, values = run([tokens], keep=hooks[:1])
    sizes = [values[hooks[0]].shape[1 + LAYOUT[site].index(axis)] for axis in axes]
    found = np.zeros((n_layers, *sizes))
    for layer, hook in enumerate(hooks):
        for cell in np.ndindex(*sizes):
            at = place(site, axes, cell)

            def replace(value):
                value[at] = new[hook][at]
                return value

            logits, _ = run([tokens], {hook: replace})
            found[(layer, *cell)] = metric(logits, case).item()
    return found


def patch(case):
    """{figure: [layer, ...]}: the metric with each piece of an activation replaced by its value in the other prompt."""
    base, other = case["corrupted"], case["clean"]  # denoising: a clean piece into the corrupted run
    clean, corrupted = (metric(run([case[prompt]])[0], case).item() for prompt in ("clean", "corrupted"))
    _, cache = model.run_with_cache(torch.tensor([other], device=model.cfg.device), prepend_bos=False)
    found = {}
    for name, (site, axes) in GRIDS.items():
        function = getattr(patching, f"get_act_patch_{name}", None)
        if function is not None:
            prompt = torch.tensor([base], device=model.cfg.device)
            with torch.no_grad():
                values = function(model, prompt, cache, lambda logits: metric(logits, case)[0]).double().cpu().numpy()
        else:  # a grid that TransformerLens has no function for
            values = sweep(base, case, site, axes, cache)
        found[name] = (values - corrupted) / (clean - corrupted) if abs(clean - corrupted) >= 1e-6 else np.nan * values
    return found


def figures():
    return patch(CASES[0])


def compare(figures):
    """Prints how far each figure is from Loci's numbers; False if one is more than TOLERANCE away."""
    largest = 0.0
    for name, theirs in LOCI.items():
        expected = np.array(theirs["values"], dtype=float).reshape(theirs["shape"])  # None is NaN: undefined there
        found = np.asarray(figures[name], dtype=float).reshape(theirs["shape"])
        agree = np.isnan(found) == np.isnan(expected)
        difference = np.where(agree, np.nan_to_num(np.abs(found - expected)), np.inf).max()
        print(f"{repr(name)[1:-1]}: largest difference from Loci {difference:.1e}")
        largest = max(largest, difference)
    print(f"all figures: {largest:.1e}, {'as expected' if largest <= TOLERANCE else f'MORE THAN {TOLERANCE}'}")
    return largest <= TOLERANCE


if __name__ == "__main__":
    sys.exit(0 if compare(figures()) else 1)
