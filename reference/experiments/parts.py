"""A model's weights that write to the stream and read from it at its end."""


class Parts:
    """w_o [H,K,D] and w_out [M,D] per layer, with biases or None; the final norm; unembed [D,V]."""

    def __init__(self, model):
        w, H, K, D = model.weights, model.heads, model.d_head, model.width
        layers = range(model.layers)
        self.centred = "ln_f.weight" in w
        if self.centred:
            self.norm_weight, self.norm_bias = w["ln_f.weight"], w["ln_f.bias"]
            self.unembed, self.b_u = w["wte.weight"].T, None
            self.w_o = [w[f"h.{l}.attn.c_proj.weight"].reshape(H, K, D) for l in layers]
            self.b_o = [w[f"h.{l}.attn.c_proj.bias"] for l in layers]
            self.w_out = [w[f"h.{l}.mlp.c_proj.weight"] for l in layers]
            self.b_out = [w[f"h.{l}.mlp.c_proj.bias"] for l in layers]
        else:
            (self.norm_weight, self.norm_bias), (unembed, self.b_u) = w["ln_final"], w["unembed"]
            self.unembed = unembed.T
            self.w_o = [w[f"blocks.{l}.attn.o"][0].T.reshape(H, K, D) for l in layers]
            self.b_o = [w[f"blocks.{l}.attn.o"][1] for l in layers]
            self.w_out = [w[f"blocks.{l}.mlp.out"][0].T for l in layers]
            self.b_out = [w[f"blocks.{l}.mlp.out"][1] for l in layers]
