"""Golden activations: every hook site of one prompt, from Hugging Face's own modules.

What a module shows is taken from it by a forward hook. The plain forward pass (`forward.py`) computes the rest: it is
led along Hugging Face's tensors, each of which must agree with what the pass itself finds there, or the run stops.
"""

import contextlib
from functools import lru_cache

import torch

from capture import TOLERANCE
from families.checkpoints import Float64
from families.forward import clipped, forward, plain_model, split_qkv
from families.spec import spec_of


class Source:
    """A Hugging Face model in one dtype, with its plain twin."""

    def __init__(self, model):
        self.model, self.spec, self.dtype = model, spec_of(model.config), next(model.parameters()).dtype
        turns = "rotary" in self.spec.modules or self.spec.rotary_buffer is not None
        rotary = lru_cache(self._rotary_tables) if turns else None
        self.plain = plain_model(model, self.spec, rotary)

    def exact(self):
        """In float64, the context in which Hugging Face's code stays in float64."""
        return Float64() if self.dtype == torch.float64 else contextlib.nullcontext()

    @torch.no_grad()
    def _rotary_tables(self, T):
        """Per layer (cos, sin) [T, dims/2] from the model's own rotary module or buffer, None where the layer does not
        turn."""
        spec = self.spec
        turns = spec.turns or (True,) * spec.layers
        if spec.rotary_buffer is not None:
            block = self.model.get_submodule(spec.modules["block"].format(l=0))
            sin, cos = block.get_buffer(spec.rotary_buffer)[:T].chunk(2, dim=-1)
            return [(cos, sin) if turning else None for turning in turns]
        rotary = self.model.get_submodule(self.spec.modules["rotary"])
        positions = torch.arange(T)[None]
        # A module that knows kinds of layers has a table for each.
        kinds = self.model.config.layer_types if hasattr(rotary, "layer_types") else None
        x = torch.zeros(1, dtype=self.dtype)
        with self.exact():
            tables = [rotary(x, positions, **({"layer_type": kinds[layer]} if kinds else {}))
                      for layer in range(self.spec.layers)]
        # Modules repeat each pair's number for its second column, but for gpt-oss's.
        column = slice(None, None, 2) if spec.pairs == "neighbours" else slice(0, tables[0][0].shape[-1] // 2)
        if self.model.config.model_type == "gpt_oss":
            column = slice(None)
        return [tuple(table[0][:, column] for table in pair) if turning else None
                for pair, turning in zip(tables, turns)]

    @torch.no_grad()
    def shown(self, tokens):
        """{site: tensor} of every site that a Hugging Face module shows."""
        seen, handles = {}, []

        def watch(name):
            def hook(_module, inputs, named, output):
                first = inputs[0] if inputs else named.get("hidden_states")
                outputs = output if isinstance(output, tuple) else (output,)
                tensors = {"in": first, **{f"out{i or ''}": value for i, value in enumerate(outputs)}}
                seen.update({f"{name}.{end}": value.clone() for end, value in tensors.items()
                             if isinstance(value, torch.Tensor)})
            return hook

        for role, path in self.spec.modules.items():
            for layer in self.spec.layers_of(role):
                name = role if layer is None else f"blocks.{layer}.{role}"
                module = self.model.get_submodule(path.format(l=layer))
                handles.append(module.register_forward_hook(watch(name), with_kwargs=True))
        with self.exact():
            output = self.model(torch.tensor([tokens]), **({"use_cache": False} if self.spec.causal else {}))
        for handle in handles:
            handle.remove()
        if self.spec.head != "none":
            seen["logits"] = output.logits
        return self._sites(seen, len(tokens))

    def _sites(self, seen, T):
        spec, flat = self.spec, lambda x: x.reshape(T, -1)
        embed = flat(seen["embed.out"])
        sites = {"hook_embed": embed if spec.embed_module_scales else embed * spec.embed_scale}
        if spec.learned_positions:
            sites["hook_pos_embed"] = flat(seen["pos_embed.out"])
        if spec.token_types:
            sites["hook_token_type_embed"] = flat(seen["token_type.out"])
        for layer in range(spec.layers):
            prefix = f"blocks.{layer}."
            own = {name.removeprefix(prefix): x for name, x in seen.items() if name.startswith(prefix)}
            sites |= {prefix + site: x for site, x in self._block_sites(own, T, layer).items()}
        if spec.head == "lm":
            sites["unembed.hook_in"] = flat(seen["ln_final.out"])
        if spec.head == "mlm":
            sites |= {"mlm_head.hook_pre": flat(seen["mlm_head.out"]),
                      "mlm_head.hook_post": flat(seen["mlm_head.ln.in"]),
                      "unembed.hook_in": flat(seen["mlm_head.ln.out"])}
        if spec.head == "classes":
            # Of the first position alone.
            first = {"pooler.hook_pre": "pooler.out", "pooler.hook_pooler_out": "unembed.in",
                     "unembed.hook_in": "unembed.in", "unembed.hook_out": "logits"}
            return sites | {site: seen[name].reshape(1, -1) for site, name in first.items()}
        if spec.head != "none":
            sites["unembed.hook_out"] = flat(seen["logits"])
        return sites

    def _block_sites(self, own, T, layer):
        spec, flat = self.spec, lambda name: own[name].reshape(T, -1)
        heads = lambda x, n: x.reshape(T, n, spec.d_head)
        if spec.fused_qkv:
            q, k, v = split_qkv(flat("attn.qkv.out"), spec)
        else:
            q, k, v = (heads(own[f"attn.{name}.out"], n)
                       for name, n in zip("qkv", (spec.heads, spec.kv_heads, spec.kv_heads)))
        # A module's output is seen before Hugging Face clips it.
        q, k, v = (clipped(x, spec.clip) for x in (q, k, v))
        fused = flat("mlp.gate_in.out").chunk(2, -1) if "mlp.gate_in.out" in own else None
        pre = fused[0] if fused else flat("mlp.gate.out" if spec.gated else "mlp.in.out")
        sites = {"hook_resid_pre": flat("block.in"), "attn.hook_q": q, "attn.hook_k": k, "attn.hook_v": v,
                 "attn.hook_pattern": own["attn.out1"][0], "attn.hook_z": heads(own["attn.o.in"], spec.heads)}
        if spec.has_experts(layer):
            sites |= {"mlp.hook_router_logits": flat("mlp.router.out"),
                      "mlp.hook_expert_indices": flat("mlp.router.out2").to(self.dtype)}
        else:
            sites |= {"mlp.hook_pre": pre,
                      "mlp.hook_post": flat("mlp.out.in")}
            if spec.gated:
                sites["mlp.hook_pre_linear"] = fused[1] if fused else flat("mlp.in.out")
        attn_out, mlp_out = {"sandwich": ("ln1_post.out", "ln2_post.out"), "branch-end": ("ln1.out", "ln2.out")}.get(
            spec.placement, ("attn.o.out", "mlp.out" if spec.has_experts(layer) else "mlp.out.out"))
        sites |= {"hook_attn_out": flat(attn_out) * spec.resid_scale, "hook_mlp_out": flat(mlp_out) * spec.resid_scale}
        if spec.placement == "post":
            return sites | {"hook_resid_mid": flat("ln1.in"), "hook_normalized_resid_mid": flat("ln1.out"),
                            "hook_resid_post": flat("ln2.in"), "hook_normalized_resid_post": flat("block.out")}
        if not spec.parallel:
            sites["hook_resid_mid"] = flat("mlp.in.in" if spec.placement == "branch-end" else "ln2.in")
        return sites | {"hook_resid_post": flat("block.out")}

    def capture(self, tokens):
        """Every site of one prompt, {site: tensor}, Hugging Face's own where it shows one."""
        shown, sites = self.shown(tokens), {}

        def lead(site, ours):
            sites[site] = ours
            if site in shown:
                theirs = shown[site]
                _agree(site, ours[: len(theirs)], theirs, TOLERANCE[self.dtype])
                sites[site] = torch.cat([theirs, ours[len(theirs):]])
            return sites[site]

        forward(self.plain, tokens, lead)
        if shown.keys() - sites.keys():
            raise ValueError(f"Expected the pass to reach every shown site, left out {shown.keys() - sites.keys()}")
        return sites

    def check_alone(self, tokens, tolerance):
        """The plain pass, not led, against every site that Hugging Face shows. Returns its output."""
        shown = self.shown(tokens)

        def check(site, ours):
            if site in shown:
                _agree(site, ours[: len(shown[site])], shown[site], tolerance)
            return ours

        return forward(self.plain, tokens, check)


def _agree(what, ours, theirs, tolerance):
    if ours.shape != theirs.shape:
        raise ValueError(f"Expected {what} of shape {tuple(theirs.shape)}, found {tuple(ours.shape)}")
    error = (ours - theirs).abs().max().item()
    limit = tolerance * max(1.0, theirs.abs().max().item())
    if not error <= limit:
        raise ValueError(f"Expected the recomputed {what} within {limit:.1e} of Hugging Face's, found {error:.1e}")
