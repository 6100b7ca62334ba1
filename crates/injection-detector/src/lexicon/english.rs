//! English words by class.

use super::{Row, row};
use crate::class::Classes as C;

pub(super) const ROWS: &[Row] = &[
    row(
        C::OVERRIDE,
        "ignore ignores ignoring ignor ignored disregard disregarding disregarded forget forgetting forgot overlook \
        neglect discard discarding dismiss override overriding overrides overridden supersede supersedes superseded nullify \
        void abandon erase unlearn scrap invalidate cancel cancelled canceled revoke bypass bypassing bypassed circumvent \
        nevermind skip replace replaces disobey violate obsolete",
    ),
    row(
        C::PRIOR,
        "previous prior above earlier preceding foregoing former past original initial precedent preceeding previously \
        existing beforehand aforementioned",
    ),
    row(C::ALL, "all any every everything entire whole each anything"),
    row(
        C::INSTRUCTION,
        "instruction instructions instruct instructed directive directives directions direction guideline \
        guidelines order orders command commands programming prompts instuctions instrucions instructons iunstructions \
        intructions instrutions briefing commandments guidance",
    ),
    row(C::INSTRUCTION.or(C::PROMPT), "prompt preprompt"),
    row(
        C::RULE,
        "rule rules restriction restrictions constraint constraints policy policies filter filters limitation limitations \
        safeguard safeguards safety guardrail guardrails ethics ethical moral morals morality censorship boundary boundaries \
        protocol protocols alignment limits norms training legality",
    ),
    row(
        C::ASSISTANT,
        "assistant assistants ai ais claude chatgpt gpt gpt3 gpt4 llm llms chatbot chatbots copilot gemini codex \
        bard llama mistral grok agents agent model models openclaw",
    ),
    row(
        C::PERSONA,
        "pretend roleplay impersonate simulate emulate persona character act acting imagine play behave \
        pose roleplaying pretending become",
    ),
    row(
        C::UNRESTRICTED,
        "unrestricted uncensored unfiltered jailbroken jailbreak evil amoral unethical limitless unbound dan \
        stan dude unlimited unhinged unrestrained immoral unconstrained unmoderated antigpt freedom liberated unshackled \
        godmode malicious",
    ),
    row(
        C::REVEAL,
        "reveal reveals disclose leak expose recite dump divulge show display repeat uncover unveil share list \
        regurgitate extract summarize paraphrase translate retrieve",
    ),
    row(C::SYSTEM, "system sudo root hidden secret internal"),
    row(
        C::SECRETLY,
        "secretly silently quietly covertly discreetly stealthily invisibly undetected unnoticed surreptitiously \
        stealth furtively",
    ),
    row(
        C::SEND,
        "send sends sending upload post posts forward email transmit exfiltrate submit mail publish deliver wire append \
        attach embed insert include encode transfer copy sent leak beacon report",
    ),
    row(
        C::SECRET,
        "password passwords passwd passcode passphrase credential credentials secret secrets token tokens apikey ssh \
        cookie cookies env confidential sensitive private wallet keys key seed pii iban ssn keychain kubeconfig id_rsa \
        netrc npmrc",
    ),
    row(
        C::TELL,
        "tell mention mentioning inform informing notify notifying alert alerting warn say reveal disclose acknowledge \
        discuss ask asking telling explain reference hint admit confess refer",
    ),
    row(
        C::USER,
        "user users human humans anyone operator owner developer people person reader them somebody anybody reviewer \
        maintainer customer",
    ),
    row(
        C::RUN,
        "run execute call invoke install download fetch curl wget eval open visit navigate click delete remove perform \
        launch query exec load pip npx browse access use rm read modify edit create commit push",
    ),
    row(
        C::TOOL,
        "tool tools command commands function script shell terminal bash code api binary payload cmd powershell plugin",
    ),
    row(
        C::URGENT,
        "important urgent critical mandatory immediately attention imperative emergency crucial essential urgently \
        asap priority warning notice compulsory vital alert",
    ),
    row(
        C::AUTHORITY,
        "developer developers administrator admin creator anthropic openai owner authorized authorised official \
        engineer ceo maintainer staff supervisor programmer superuser authority clearance privileged",
    ),
    row(
        C::FOLLOW,
        "follow following obey comply adhere listen heed abide fulfil fulfill complying obeying conform respect \
        prioritize honor",
    ),
    row(
        C::DECODE,
        "decode decoded decoding decodeable decodable decrypt decipher base64 base32 base16 b64 rot13 hex hexadecimal \
        morse cipher unscramble caesar ascii85 uuencode braille leetspeak",
    ),
    row(
        C::REFUSE,
        "refuse refuses refusing refusal decline reject deny apologize apologise disclaimer disclaimers censor censored \
        moralize lecture apology apologies unable unethically",
    ),
    row(
        C::ENABLE,
        "enable enabled activate activated activating enter entering unlock unlocked engage engaged initiate \
        initiated disable disabled deactivate deactivated switch switched bypass suspended removed lifted toggle",
    ),
    row(
        C::SAY,
        "say print output respond reply answer write return repeat state type echo generate produce utter \
        responding replying answering display begin add include insert provide",
    ),
    row(C::ONLY, "only just simply instead exactly solely nothing verbatim exclusively else"),
    row(
        C::NEW,
        "newer new updated revised real actual true additional different changed modified latest fresh next",
    ),
    row(
        C::TASK,
        "task tasks job goal objective mission role purpose request requests question questions assignment duty \
        duties",
    ),
    row(
        C::NOT,
        "not never no dont without cannot cant wont stop refrain avoid neither nor shouldnt mustnt doesnt isnt",
    ),
    row(C::MUST, "must should shall will need required have ought supposed"),
    row(C::NOW, "now henceforth onwards onward hereafter forward hereby"),
    row(C::FIRST, "first before immediately beforehand prior always after"),
    row(C::MODE, "mode modes"),
    row(
        C::END,
        "end ends start begin beginning ending stop finish finished over complete completed reset restart terminate",
    ),
    row(
        C::SESSION,
        "session conversation chat dialogue dialog message messages text input context data document email page content \
        memory history discussion article passage paragraph file information",
    ),
    row(C::TARGET, "webhook attacker endpoint ngrok requestbin pastebin burpcollaborator"),
    row(C::YOU, "you your youre yourself yours ur u thou thy"),
    row(C::ME, "i me my im us mine"),
    row(C::PLEASE, "please kindly pls plz"),
    row(
        C::HARM,
        "bomb bombs meth methamphetamine explosive explosives kill weapon weapons malware ransomware keylogger drugs illegal \
        illegally hack hacking steal murder suicide poison phishing racist nsfw sexual cocaine harmful",
    ),
    row(C::BE, "are is am be were being was been youre"),
    row(C::CAN, "can able capable free allowed permitted could"),
    row(C::WHAT, "what whats which"),
    row(
        C::DISCUSSION,
        "injection injections jailbreaks attacker attackers attack attacks adversarial vulnerability vulnerabilities \
        detector detectors detection detect detects detected payloads owasp exploit exploits threat threats mitigation \
        sanitize untrusted scanner classifier heuristic heuristics redteam teaming mitigate poisoning guard defense defence",
    ),
    row(
        C::EXAMPLE,
        "example examples eg test tests fixture assert expect pattern patterns regex sample demo testcase describe \
        parametrize severity",
    ),
    row(C::AS, "to as like that a an"),
    row(C::SPEAKER, "human user assistant system"),
    row(C::ANYTHING, "anything"),
    row(C::TEMPLATE, "inst sys im endoftext eot eos bos fim bot end_of_turn start_of_turn begin_of_text"),
    row(
        C::ANSWER,
        "respond responding response responses reply replying replies answer answering answers output outputs completion \
        summary summarizing summarising",
    ),
    row(
        C::HATE,
        "toxic discriminatory hateful racist sexist insulting offensive slur slurs obscene vulgar derogatory defamatory",
    ),
    row(C::URGENT, "note"),
    row(
        C::GRANT,
        "approved preapproved authorised authorized consented confirmed granted permitted agreed allowed cleared",
    ),
    // The rules' most telling words in ROT13, and backwards.
    row(
        C::SCRAMBLED,
        "vtaber cerivbhf vafgehpgvbaf vafgehpgvba qvfertneq cebzcg cebzcgf sbetrg erirny cnffjbeq cnffjbeqf \
        flfgrz nffvfgnag erongi snoitcurtsni noitcurtsni suoiverp tegrof tpmorp metsys drowssap laever \
        dragersid bireevqr bguvat",
    ),
];
