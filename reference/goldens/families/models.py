"""The tiny checkpoints: what each is there to catch is in the README's table."""

from families.checkpoints import Tiny

PLAIN = {"attention_dropout": 0.0, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": None, "use_cache": True}


def _decoder(family, architecture, **fields):
    return {"model_type": family, "architectures": [architecture], "max_position_embeddings": 12, **PLAIN, **fields}


def _llama(**fields):
    return _decoder("llama", "LlamaForCausalLM", hidden_act="silu", rms_norm_eps=1e-5, **fields)


def _falcon(**fields):
    return _decoder("falcon", "FalconForCausalLM", layer_norm_epsilon=1e-5, activation="gelu", alibi=False,
                    rope_theta=10000.0, hidden_dropout=0.0, **fields)


AWKWARD = dict(hidden_size=36, num_attention_heads=6, num_key_value_heads=2, head_dim=12, intermediate_size=45,
               num_hidden_layers=2, vocab_size=61)
SMALL = dict(hidden_size=24, num_attention_heads=4, num_key_value_heads=1, head_dim=6, intermediate_size=34,
             num_hidden_layers=2, vocab_size=53)
EVEN = dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=2, head_dim=8, intermediate_size=48,
            num_hidden_layers=2, vocab_size=64)

TINY_MODELS = [
    Tiny("tiny-llama", 1001, _llama(**AWKWARD, rope_theta=10000.0, tie_word_embeddings=True, attention_bias=False,
                                    mlp_bias=False), "float16"),
    Tiny("tiny-gpt_neox", 1002, _decoder(
        "gpt_neox", "GPTNeoXForCausalLM", hidden_size=32, num_attention_heads=2, intermediate_size=50,
        num_hidden_layers=2, vocab_size=61, rotary_pct=0.25, rotary_emb_base=10000, use_parallel_residual=True,
        hidden_act="gelu", layer_norm_eps=1e-5, tie_word_embeddings=False, attention_bias=True), "float16"),
    Tiny("tiny-gpt_neox-sequential", 1003, _decoder(
        "gpt_neox", "GPTNeoXForCausalLM", hidden_size=30, num_attention_heads=3, intermediate_size=44,
        num_hidden_layers=2, vocab_size=59, rope_parameters={"rope_type": "default", "rope_theta": 500.0,
                                                             "partial_rotary_factor": 0.6},
        use_parallel_residual=False, hidden_act="gelu_new", layer_norm_eps=1e-3, tie_word_embeddings=False,
        attention_bias=True), saved=True),
    Tiny("tiny-llama-untied", 1004, _llama(**SMALL, rope_theta=500.0, tie_word_embeddings=False), "bfloat16"),
    Tiny("tiny-llama-bias", 1005, _llama(
        hidden_size=30, num_attention_heads=3, num_key_value_heads=3, intermediate_size=44, num_hidden_layers=2,
        vocab_size=57, rope_theta=10000.0, tie_word_embeddings=False, attention_bias=True, mlp_bias=True)),
    Tiny("tiny-llama-llama3", 1006, _llama(
        **(AWKWARD | {"num_hidden_layers": 1}), rope_theta=100.0, tie_word_embeddings=True,
        rope_scaling={"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 0.25, "high_freq_factor": 1.0,
                      "original_max_position_embeddings": 8}), "bfloat16"),
    Tiny("tiny-llama-linear", 1007, _llama(**SMALL, rope_theta=100.0, tie_word_embeddings=True,
                                           rope_scaling={"type": "linear", "factor": 2.5})),
    Tiny("tiny-llama-yarn", 1008, _llama(
        **(AWKWARD | {"num_hidden_layers": 1}), tie_word_embeddings=False,
        rope_parameters={"rope_type": "yarn", "rope_theta": 100.0, "factor": 4.0, "beta_fast": 1.0, "beta_slow": 0.1,
                         "original_max_position_embeddings": 8}), saved=True),
    Tiny("tiny-llama-sharded", 1009, _llama(**SMALL, rope_theta=10000.0, tie_word_embeddings=False), "float32",
         shard_bytes=30_000),
    Tiny("tiny-mistral", 1010, _decoder(
        "mistral", "MistralForCausalLM", **EVEN, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
        sliding_window=4, tie_word_embeddings=False), "bfloat16"),
    Tiny("tiny-mixtral", 1030, _decoder(
        "mixtral", "MixtralForCausalLM", **(SMALL | {"hidden_size": 22, "num_key_value_heads": 2}), hidden_act="silu",
        rms_norm_eps=1e-5, rope_theta=1e6, sliding_window=None, num_local_experts=5, num_experts_per_tok=2,
        router_aux_loss_coef=0.02, output_router_logits=False, tie_word_embeddings=False)),
    Tiny("tiny-qwen2", 1011, _decoder(
        "qwen2", "Qwen2ForCausalLM", hidden_size=24, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=34, num_hidden_layers=3, vocab_size=53, hidden_act="silu", rms_norm_eps=1e-6,
        rope_theta=10000.0, use_sliding_window=True, sliding_window=4, max_window_layers=1,
        tie_word_embeddings=True), "bfloat16"),
    Tiny("tiny-qwen3", 1012, _decoder(
        "qwen3", "Qwen3ForCausalLM", **(SMALL | {"head_dim": 10, "num_key_value_heads": 2}), hidden_act="silu",
        rms_norm_eps=1e-6, rope_theta=10000.0, use_sliding_window=False, sliding_window=None, max_window_layers=2,
        attention_bias=False, tie_word_embeddings=True)),
    Tiny("tiny-qwen3_moe", 1033, _decoder(
        "qwen3_moe", "Qwen3MoeForCausalLM", **(SMALL | {"head_dim": 10, "num_key_value_heads": 2,
                                                        "num_hidden_layers": 3}), hidden_act="silu",
        rms_norm_eps=1e-6, rope_theta=10000.0, use_sliding_window=False, sliding_window=None, max_window_layers=3,
        attention_bias=False, moe_intermediate_size=14, num_experts=7, num_experts_per_tok=3, norm_topk_prob=True,
        decoder_sparse_step=1, mlp_only_layers=[1], tie_word_embeddings=False), "bfloat16"),
    Tiny("tiny-olmoe", 1032, _decoder(
        "olmoe", "OlmoeForCausalLM", hidden_size=30, num_attention_heads=3, num_key_value_heads=3,
        intermediate_size=18, num_hidden_layers=2, vocab_size=57, hidden_act="silu", rms_norm_eps=1e-5,
        rope_theta=10000.0, clip_qkv=None, attention_bias=False, num_experts=8, num_experts_per_tok=2,
        norm_topk_prob=False, tie_word_embeddings=False)),
    Tiny("tiny-gpt_oss", 1042, _decoder(
        "gpt_oss", "GptOssForCausalLM", **(SMALL | {"num_key_value_heads": 2, "intermediate_size": 14}),
        hidden_act="silu", rms_norm_eps=1e-5, rope_theta=150.0, rope_scaling={
            "rope_type": "yarn", "factor": 4.0, "beta_fast": 1.0, "beta_slow": 0.1, "truncate": False,
            "original_max_position_embeddings": 8}, sliding_window=4,
        layer_types=["sliding_attention", "full_attention"], attention_bias=True, num_local_experts=5,
        num_experts_per_tok=2, swiglu_limit=1.5, tie_word_embeddings=False), "bfloat16"),
    Tiny("tiny-gemma", 1013, _decoder(
        "gemma", "GemmaForCausalLM", **(SMALL | {"head_dim": 10}), hidden_act="gelu_pytorch_tanh",
        hidden_activation="gelu_pytorch_tanh", rms_norm_eps=1e-6, rope_theta=10000.0, tie_word_embeddings=True),
        "bfloat16"),
    Tiny("tiny-gemma2", 1014, _decoder(
        "gemma2", "Gemma2ForCausalLM", **(EVEN | {"num_hidden_layers": 3, "hidden_size": 24, "intermediate_size": 36}),
        hidden_activation="gelu_pytorch_tanh",
        rms_norm_eps=1e-6, rope_theta=10000.0, sliding_window=4, query_pre_attn_scalar=5,
        attn_logit_softcapping=5.0, final_logit_softcapping=3.0, tie_word_embeddings=True)),
    Tiny("tiny-gemma3", 1015, _decoder(
        "gemma3_text", "Gemma3ForCausalLM",
        **(SMALL | {"num_hidden_layers": 4, "num_attention_heads": 2, "hidden_size": 20, "head_dim": 10,
                    "intermediate_size": 28, "vocab_size": 47}),
        hidden_activation="gelu_pytorch_tanh", rms_norm_eps=1e-6, rope_theta=1000.0, rope_local_base_freq=50.0,
        rope_scaling={"rope_type": "linear", "factor": 3.0}, sliding_window=4, sliding_window_pattern=3,
        query_pre_attn_scalar=7, tie_word_embeddings=True)),
    Tiny("tiny-gpt_neo", 1016, _decoder(
        "gpt_neo", "GPTNeoForCausalLM", hidden_size=30, num_heads=3, num_layers=2, intermediate_size=44,
        vocab_size=53, window_size=4, attention_types=[[["global", "local"], 1]], attention_layers=["global", "local"],
        activation_function="gelu_new", layer_norm_epsilon=1e-5, embed_dropout=0.0, resid_dropout=0.0,
        tie_word_embeddings=True)),
    Tiny("tiny-phi", 1017, _decoder(
        "phi", "PhiForCausalLM", hidden_size=36, num_attention_heads=3, num_key_value_heads=3, intermediate_size=50,
        num_hidden_layers=2, vocab_size=57, hidden_act="gelu_new", layer_norm_eps=1e-5, partial_rotary_factor=0.5,
        rope_theta=10000.0, qk_layernorm=False, resid_pdrop=0.0, embd_pdrop=0.0, tie_word_embeddings=False),
        "float16"),
    Tiny("tiny-opt", 1018, _decoder(
        "opt", "OPTForCausalLM", hidden_size=30, num_attention_heads=5, ffn_dim=44, num_hidden_layers=2,
        vocab_size=53, word_embed_proj_dim=30, activation_function="relu", do_layer_norm_before=True,
        enable_bias=True, layer_norm_elementwise_affine=True, dropout=0.0, layerdrop=0.0, tie_word_embeddings=True)
        | {"pad_token_id": 1}, "float16"),
    Tiny("tiny-olmo", 1019, _decoder(
        "olmo", "OlmoForCausalLM", hidden_size=32, num_attention_heads=4, num_key_value_heads=4,
        intermediate_size=46, num_hidden_layers=2, vocab_size=57, hidden_act="silu", rope_theta=10000.0,
        clip_qkv=None, attention_bias=False, tie_word_embeddings=False)),
    Tiny("tiny-olmo-clip", 1024, _decoder(
        "olmo", "OlmoForCausalLM", hidden_size=36, num_attention_heads=6, num_key_value_heads=2,
        intermediate_size=46, num_hidden_layers=2, vocab_size=57, hidden_act="silu", rope_theta=10000.0,
        clip_qkv=1.25, attention_bias=True, tie_word_embeddings=False)),
    Tiny("tiny-olmo2", 1020, _decoder(
        "olmo2", "Olmo2ForCausalLM", hidden_size=36, num_attention_heads=6, num_key_value_heads=2,
        intermediate_size=46, num_hidden_layers=2, vocab_size=57, hidden_act="silu", rms_norm_eps=1e-6,
        rope_theta=10000.0, attention_bias=False, tie_word_embeddings=False)),
    Tiny("tiny-granite", 1045, _decoder(
        "granite", "GraniteForCausalLM", hidden_size=30, num_attention_heads=6, num_key_value_heads=2, head_dim=6,
        intermediate_size=43, num_hidden_layers=2, vocab_size=59, hidden_act="silu", rms_norm_eps=1e-5,
        rope_theta=10000.0, attention_bias=True, mlp_bias=False, embedding_multiplier=6.5,
        attention_multiplier=0.31, residual_multiplier=0.43, logits_scaling=3.0, tie_word_embeddings=True)),
    Tiny("tiny-smollm3", 1026, _decoder(
        "smollm3", "SmolLM3ForCausalLM", hidden_size=30, num_attention_heads=6, num_key_value_heads=2, head_dim=6,
        intermediate_size=42, num_hidden_layers=3, vocab_size=57, hidden_act="silu", rms_norm_eps=1e-6,
        rope_theta=500.0, no_rope_layers=[1, 0, 1], no_rope_layer_interval=2, use_sliding_window=False,
        sliding_window=None, attention_bias=False, mlp_bias=False, tie_word_embeddings=True)),
    Tiny("tiny-gptj", 1027, {
        "model_type": "gptj", "architectures": ["GPTJForCausalLM"], **PLAIN, "n_embd": 42, "n_head": 3, "n_layer": 2,
        "n_inner": 50, "n_positions": 12, "rotary_dim": 6, "vocab_size": 59, "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5, "attn_pdrop": 0.0, "resid_pdrop": 0.0, "embd_pdrop": 0.0,
        "tie_word_embeddings": False}),
    Tiny("tiny-cohere", 1028, _decoder(
        "cohere", "CohereForCausalLM", hidden_size=36, num_attention_heads=6, num_key_value_heads=2,
        intermediate_size=46, num_hidden_layers=2, vocab_size=61, hidden_act="silu", layer_norm_eps=1e-5,
        logit_scale=0.4, rope_theta=10000.0, attention_bias=True, use_qk_norm=False, tie_word_embeddings=True)),
    Tiny("tiny-cohere2", 1029, _decoder(
        "cohere2", "Cohere2ForCausalLM", hidden_size=30, num_attention_heads=3, num_key_value_heads=1,
        intermediate_size=44, num_hidden_layers=3, vocab_size=53, hidden_act="silu", layer_norm_eps=1e-5,
        logit_scale=0.3, rope_theta=500.0, sliding_window=4, sliding_window_pattern=2, attention_bias=False,
        tie_word_embeddings=True)),
    Tiny("tiny-phi3", 1051, _decoder(
        "phi3", "Phi3ForCausalLM", hidden_size=30, num_attention_heads=3, num_key_value_heads=3, intermediate_size=45,
        num_hidden_layers=2, vocab_size=57, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=10000.0,
        original_max_position_embeddings=12, rope_scaling=None, sliding_window=5, resid_pdrop=0.0, embd_pdrop=0.0,
        tie_word_embeddings=False), "float16"),
    Tiny("tiny-phi3-longrope", 1052, _decoder(
        "phi3", "Phi3ForCausalLM", hidden_size=36, num_attention_heads=6, num_key_value_heads=2, intermediate_size=45,
        num_hidden_layers=2, vocab_size=61, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=100.0,
        partial_rotary_factor=0.75, original_max_position_embeddings=8,
        rope_scaling={"type": "longrope", "short_factor": [1.0, 1.25], "long_factor": [1.5, 4.0]}, sliding_window=None,
        resid_pdrop=0.0, embd_pdrop=0.0, tie_word_embeddings=True)),
    Tiny("tiny-olmo3", 1053, _decoder(
        "olmo3", "Olmo3ForCausalLM", hidden_size=36, num_attention_heads=6, num_key_value_heads=2,
        intermediate_size=46, num_hidden_layers=5, vocab_size=57, hidden_act="silu", rms_norm_eps=1e-6,
        rope_theta=500000.0, rope_scaling={"rope_type": "yarn", "factor": 4.0, "attention_factor": 1.25,
                                           "beta_fast": 1.0, "beta_slow": 0.1, "original_max_position_embeddings": 3},
        sliding_window=4, attention_bias=False, tie_word_embeddings=False)),
    Tiny("tiny-stablelm", 1054, _decoder(
        "stablelm", "StableLmForCausalLM", hidden_size=40, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=46, num_hidden_layers=2, vocab_size=57, hidden_act="silu", layer_norm_eps=1e-3,
        rope_theta=1000.0, partial_rotary_factor=0.25, use_qkv_bias=True, qk_layernorm=False,
        use_parallel_residual=False, hidden_dropout=0.0, tie_word_embeddings=False), "float16"),
    Tiny("tiny-stablelm-parallel", 1055, _decoder(
        "stablelm", "StableLmForCausalLM", hidden_size=30, num_attention_heads=3, num_key_value_heads=3,
        intermediate_size=44, num_hidden_layers=2, vocab_size=53, hidden_act="silu", layer_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.6},
        use_qkv_bias=False, qk_layernorm=False, use_parallel_residual=True, hidden_dropout=0.0,
        tie_word_embeddings=True), saved=True),
    Tiny("tiny-falcon", 1056, _falcon(
        hidden_size=30, num_attention_heads=5, num_hidden_layers=2, vocab_size=57, multi_query=True,
        parallel_attn=True, bias=False, new_decoder_architecture=False, tie_word_embeddings=True), "bfloat16"),
    Tiny("tiny-falcon-new", 1057, _falcon(
        hidden_size=36, num_attention_heads=6, num_kv_heads=2, ffn_hidden_size=50, num_hidden_layers=2, vocab_size=61,
        multi_query=True, parallel_attn=True, bias=True, new_decoder_architecture=True, tie_word_embeddings=False)),
    Tiny("tiny-falcon-sequential", 1058, _falcon(
        hidden_size=30, num_attention_heads=3, ffn_hidden_size=44, num_hidden_layers=2, vocab_size=53,
        multi_query=False, parallel_attn=False, bias=True, new_decoder_architecture=False, tie_word_embeddings=True)),
    Tiny("tiny-bert", 1021, {
        "model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": 30, "num_attention_heads": 3,
        "intermediate_size": 44, "num_hidden_layers": 2, "vocab_size": 57, "max_position_embeddings": 12,
        "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 0,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "position_embedding_type": "absolute"}),
    Tiny("tiny-bert-encoder", 1022, {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_size": 32, "num_attention_heads": 4,
        "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 64, "max_position_embeddings": 12,
        "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 0,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "position_embedding_type": "absolute"},
        "float16"),
    Tiny("tiny-distilbert", 1023, {
        "model_type": "distilbert", "architectures": ["DistilBertForMaskedLM"], "dim": 30, "n_heads": 3,
        "hidden_dim": 44, "n_layers": 2, "vocab_size": 57, "max_position_embeddings": 12, "activation": "gelu",
        "pad_token_id": 0, "dropout": 0.0, "attention_dropout": 0.0, "qa_dropout": 0.0, "seq_classif_dropout": 0.0,
        "sinusoidal_pos_embds": False, "tie_weights_": True}),
    Tiny("tiny-roberta", 1031, {
        "model_type": "roberta", "architectures": ["RobertaForMaskedLM"], "hidden_size": 30, "num_attention_heads": 3,
        "intermediate_size": 44, "num_hidden_layers": 2, "vocab_size": 57, "max_position_embeddings": 14,
        "type_vocab_size": 1, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "pad_token_id": 1, "bos_token_id": 0,
        "eos_token_id": 2, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}),
    Tiny("tiny-xlm-roberta", 1032, {
        "model_type": "xlm-roberta", "architectures": ["XLMRobertaForMaskedLM"], "hidden_size": 36,
        "num_attention_heads": 4, "intermediate_size": 50, "num_hidden_layers": 2, "vocab_size": 61,
        "max_position_embeddings": 17, "type_vocab_size": 1, "hidden_act": "relu", "layer_norm_eps": 1e-5,
        "pad_token_id": 4, "bos_token_id": 0, "eos_token_id": 2, "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0}, "float16"),
    Tiny("tiny-bert-classifier", 1033, {
        "model_type": "bert", "architectures": ["BertForSequenceClassification"], "hidden_size": 30,
        "num_attention_heads": 3, "intermediate_size": 44, "num_hidden_layers": 2, "vocab_size": 57,
        "max_position_embeddings": 12, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
        "pad_token_id": 0, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
        "id2label": {"0": "negative", "1": "neutral", "2": "positive"},
        "label2id": {"negative": 0, "neutral": 1, "positive": 2}, "problem_type": "single_label_classification"}),
    Tiny("tiny-distilbert-classifier", 1034, {
        "model_type": "distilbert", "architectures": ["DistilBertForSequenceClassification"], "dim": 30, "n_heads": 3,
        "hidden_dim": 44, "n_layers": 2, "vocab_size": 57, "max_position_embeddings": 12, "activation": "gelu",
        "pad_token_id": 0, "dropout": 0.0, "attention_dropout": 0.0, "qa_dropout": 0.0, "seq_classif_dropout": 0.0,
        "sinusoidal_pos_embds": False, "tie_weights_": True, "id2label": {"0": "NEGATIVE", "1": "POSITIVE"},
        "label2id": {"NEGATIVE": 0, "POSITIVE": 1}}),
    Tiny("tiny-roberta-classifier", 1035, {
        "model_type": "roberta", "architectures": ["RobertaForSequenceClassification"], "hidden_size": 36,
        "num_attention_heads": 4, "intermediate_size": 50, "num_hidden_layers": 2, "vocab_size": 61,
        "max_position_embeddings": 14, "type_vocab_size": 1, "hidden_act": "gelu", "layer_norm_eps": 1e-5,
        "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "id2label": {str(i): name for i, name in enumerate(["anger", "joy", "fear", "sadness", "surprise"])}},
        "float16"),
]
