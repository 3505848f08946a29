/** Published configs for tests, by short name; fields as in `reference/families/configs.json`. */
import given from '../../../../reference/families/configs.json';
import { familyOf } from '..';

type Config = Readonly<Record<string, unknown>>;

const models = given.models as unknown as Record<string, Config>;
export const [
  gpt2,
  neo,
  neox,
  smol,
  mistral,
  qwen2,
  qwen3,
  gemma2,
  gemma3,
  olmo,
  olmo2,
  phi,
  opt,
  bert,
  mini,
  distil,
] = Object.values(models);
export const gemma = models['google/gemma-2b'];
export const granite = models['ibm-granite/granite-3.1-2b-base'];
export const roberta = models['FacebookAI/roberta-base'];
export const xlmRoberta = models['FacebookAI/xlm-roberta-base'];
export const bge = models['BAAI/bge-m3'];
export const phi3 = models['microsoft/Phi-3-mini-4k-instruct'];
export const phi4 = models['microsoft/Phi-4-mini-instruct'];
export const olmo3 = models['allenai/Olmo-3-1025-7B'];
export const stablelm = models['stabilityai/stablelm-2-1_6b'];
export const falcon7 = models['tiiuae/falcon-7b'];
export const falcon40 = models['tiiuae/falcon-40b'];
export const mixtral = models['mistralai/Mixtral-8x7B-v0.1'];
export const qwenMoe = models['Qwen/Qwen3-30B-A3B'];
export const olmoe = models['allenai/OLMoE-1B-7B-0924'];
export const finbert = models['ProsusAI/finbert'];
export const sst2 = models['distilbert/distilbert-base-uncased-finetuned-sst-2-english'];
export const tweets = models['cardiffnlp/twitter-roberta-base-sentiment-latest'];
export const xlmTweets = models['cardiffnlp/twitter-xlm-roberta-base-sentiment'];
export const smol3 = models['HuggingFaceTB/SmolLM3-3B'];
export const gptj = models['EleutherAI/gpt-j-6b'];
export const cohere = models['CohereForAI/aya-23-8B'];
export const cohere2 = models['CohereForAI/c4ai-command-r7b-12-2024'];
export const oss = models['openai/gpt-oss-20b'];

/** The spec of a config with some fields overridden. */
export const specOf = (config: Config | undefined, change: object = {}) => {
  const whole = { ...config, ...change };
  return familyOf(whole).parseConfig(whole);
};
