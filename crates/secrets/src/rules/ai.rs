//! AI providers.

use crate::Confidence::Proven;
use crate::Severity::Critical;
use crate::class::{ALNUM, ALPHA, HEX, LOWER_DIGIT, UPPER_DIGIT, UUID, WORD, WORD_DASH};
use crate::provider;
use crate::rule::{
    Part::{Run, Text},
    Rule, assigned, code, token, value,
};

#[rustfmt::skip] // A row is a line.
pub(crate) const RULES: &[Rule] = &[
    code("anthropic-key", &["sk-ant-api03-", "sk-ant-api04-", "sk-ant-api02-", "sk-ant-api01-", "sk-ant-api-"], provider::anthropic, "an Anthropic API key").severity(Critical),
    token("anthropic-admin-key", &["sk-ant-admin01-", "sk-ant-admin"], &[Run(WORD_DASH, 80, 130)], "an Anthropic admin key").severity(Critical),
    token("anthropic-oauth", &["sk-ant-oat01-", "sk-ant-ort01-", "sk-ant-sid01-"], &[Run(WORD_DASH, 40, 160)], "an Anthropic token").severity(Critical),
    code("openai-key", &["T3BlbkFJ"], provider::openai, "an OpenAI API key").confidence(Proven).severity(Critical),
    token("openai-project-key", &["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"], &[Run(WORD_DASH, 40, 200)], "an OpenAI API key").severity(Critical),
    token("openai-plain-key", &["sk-"], &[Run(ALNUM, 48, 48)], "an OpenAI API key").severity(Critical),
    token("openrouter-key", &["sk-or-v1-", "sk-or-"], &[Run(HEX, 64, 64)], "an OpenRouter API key"),
    token("deepseek-key", &["sk-"], &[Run(HEX, 32, 32)], "a DeepSeek API key"),
    token("stability-key", &["sk-"], &[Run(ALNUM, 51, 51)], "an API key of the sk- family"),
    token("langfuse", &["sk-lf-", "pk-lf-"], &[Run(UUID, 36, 36)], "a Langfuse key"),
    token("langsmith", &["lsv2_pt_", "lsv2_sk_", "ls__"], &[Run(WORD, 32, 60)], "a LangSmith API key"),
    token("huggingface-token", &["hf_"], &[Run(ALNUM, 34, 40)], "a Hugging Face token"),
    token("huggingface-org-token", &["api_org_"], &[Run(ALPHA, 34, 34)], "a Hugging Face organisation token"),
    token("groq-key", &["gsk_"], &[Run(ALNUM, 52, 52)], "a Groq API key"),
    token("xai-key", &["xai-"], &[Run(ALNUM, 70, 90)], "an xAI API key"),
    token("perplexity-key", &["pplx-"], &[Run(ALNUM, 40, 60)], "a Perplexity API key"),
    token("replicate-token", &["r8_"], &[Run(WORD, 37, 40)], "a Replicate API token"),
    token("fireworks-key", &["fw_"], &[Run(ALNUM, 22, 32)], "a Fireworks API key"),
    token("cerebras-key", &["csk-"], &[Run(LOWER_DIGIT, 40, 60)], "a Cerebras API key"),
    token("nvidia-key", &["nvapi-"], &[Run(WORD_DASH, 40, 90)], "an NVIDIA API key"),
    token("voyage-key", &["pa-"], &[Run(WORD_DASH, 40, 50)], "a Voyage AI key"),
    token("jina-key", &["jina_"], &[Run(ALNUM, 50, 70)], "a Jina API key"),
    token("tavily-key", &["tvly-"], &[Run(WORD_DASH, 20, 60)], "a Tavily API key").entropy(0.0),
    token("firecrawl-key", &["fc-"], &[Run(HEX, 32, 32)], "a Firecrawl API key"),
    token("pinecone-key", &["pcsk_"], &[Run(WORD, 40, 90)], "a Pinecone API key"),
    token("elevenlabs-key", &["sk_"], &[Run(HEX, 48, 48)], "an ElevenLabs API key"),
    assigned("cohere-key", &["cohere", "co_api"], value(ALNUM, 40, 40), "a Cohere API key"),
    assigned("mistral-key", &["mistral"], value(ALNUM, 32, 32), "a Mistral API key"),
    assigned("deepgram-key", &["deepgram"], value(HEX, 40, 40), "a Deepgram API key"),
    assigned("assemblyai-key", &["assemblyai", "assembly_ai"], value(HEX, 32, 32), "an AssemblyAI key"),
    assigned("together-key", &["together"], value(HEX, 64, 64), "a Together AI key"),
    token("together-new", &["tgp_v1_"], &[Run(WORD_DASH, 40, 60)], "a Together AI key"),
    assigned("ai21-key", &["ai21"], value(ALNUM, 32, 32), "an AI21 key"),
    assigned("clarifai-key", &["clarifai"], value(HEX, 32, 32), "a Clarifai key"),
    assigned("stability-assigned", &["stability", "dreamstudio"], value(WORD_DASH, 40, 60), "a Stability AI key"),
    assigned("privateai-token", &["privateai", "private_ai", "private-ai"], value(LOWER_DIGIT, 32, 32), "a Private AI token"),
    token("anyscale", &["esecret_"], &[Run(LOWER_DIGIT, 20, 40)], "an Anyscale key"),
    token("friendli", &["flp_"], &[Run(ALNUM, 30, 60)], "a Friendli token"),
    token("runpod", &["rpa_"], &[Run(UPPER_DIGIT, 30, 60)], "a RunPod key"),
    token("modal-token", &["ak-", "as-"], &[Run(ALNUM, 22, 26)], "a Modal token"),
    token("lambda-labs", &["secret_"], &[Run(WORD, 20, 60), Text("."), Run(WORD, 32, 48)], "a Lambda Labs key"),
    token("wandb-key", &["wandb_v1_"], &[Run(WORD_DASH, 40, 100)], "a Weights & Biases key"),
    assigned("wandb-assigned", &["wandb", "weights_and_biases"], value(HEX, 40, 40), "a Weights & Biases key"),
    token("e2b-key", &["e2b_"], &[Run(HEX, 40, 40)], "an E2B API key"),
    token("browserbase", &["bb_live_"], &[Run(WORD_DASH, 30, 50)], "a Browserbase key"),
    token("helicone", &["sk-helicone-"], &[Run(WORD_DASH, 30, 60)], "a Helicone key"),
    token("mem0", &["m0-"], &[Run(ALNUM, 40, 40)], "a Mem0 key"),
    token("llamacloud", &["llx-"], &[Run(ALNUM, 40, 60)], "a LlamaCloud key"),
    token("upstage", &["up_"], &[Run(ALNUM, 28, 40)], "an Upstage key"),
];
