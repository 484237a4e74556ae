"""How text reads that wants to be obeyed: expressions of RE2, each under what it gives away."""

ORDERS = "It reads like an order to whoever reads it."
ROLES = "It imitates the marks that tell who speaks in a prompt."
CALLS = "It reads like a call of a tool."
TRIGGERS = "It waits for something to happen and then wants something done."
KEEPING = "It wants to be kept, or passed on, as a rule."
POWERS = "It asks for what only people may decide: approvals, policies, keys, others' data."
PICTURES = "It holds a picture or link that would carry data to somebody else."
ENCODED = "It holds text that is encoded, so that nobody sees what it says."
UNSEEN = "It holds characters that nobody sees."
INSTRUCTION = "Only people give instructions: this one counts once somebody approved it."
SECRETS = "It holds something shaped like a password or key."

AI = r"(?:assistant|agent|ai|model|llm|chatbot|bot|copilot)"
_RULES = (
    r"(?:instructions?|prompts?|rules?|directions?|guidelines?|guardrails?|polic(?:y|ies)|orders?"
    r"|context|messages?|restrictions?|training|programming|constraints?|guidance|safeguards?"
    r"|safety checks?)"
)
_FORMER = (
    r"(?:all|any|every|the|your|these|those|previous|prior|earlier|above|preceding|former|existing"
    r"|original|initial|system|safety|developer|other|of|my|what|everything|given)"
)
_DROP = (
    r"(?:ignore|disregard|forget|override|overrule|bypass|skip|discard|neglect|drop|violate"
    r"|set aside|put aside|leave aside|cancel|supersede|circumvent|look past|do away with)"
)
_DO = (
    r"(?:send|forward|post|upload|e-?mail|transfer|wire|delete|erase|call|invoke|execute|run"
    r"|reveal"
    r"|print|output|repeat|share|approve|grant|disable|book|buy|pay|open|fetch|visit|tell|reply"
    r"|respond|answer|say|include|append|add|use|recommend|claim|confirm|export|leak|search|read"
    r"|retrieve|store|save|write|change|set|post|publish|submit|exfiltrate|encode)"
)
_TOOL = r"(?:tools?|functions?|apis?|webhooks?|commands?|plugins?|actions?|endpoints?)"
_HIDDEN = (
    r"(?:system|developer|hidden|initial|secret|internal|original)[ -](?:prompt|message|"
    r"instructions?|rules?)"
)

SHAPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        ORDERS,
        (
            rf"\b{_DROP} (?:{_FORMER} )*{_RULES}\b",
            rf"\b{_DROP} (?:{_FORMER} )*(?:you (?:were|have been|are) told|above|before|came "
            r"before)\b",
            r"\b(?:do not|don't|never|no longer|stop) (?:follow|obey|apply|heed)(?:ing)? "
            rf"(?:{_FORMER} )*{_RULES}\b",
            r"\byou (?:are|will be|must act as|shall act as) now\b|\byou are now\b",
            r"\b(?:act|behave|pretend|respond|role-?play) as (?:if )?(?:an? |the )?"
            rf"(?:dan\b|unrestricted|unfiltered|jailbroken|root\b|administrator|system\b|{AI}\b)",
            r"\b(?:new|updated?|real|actual|true|secret|hidden|important|urgent|special) "
            r"(?:(?:system|developer|agent|hidden) )*(?:instructions?|directives?|orders?"
            r"|task)\b ?:",
            r"\bfrom (?:now|this point|here) on(?:wards?)?,? (?:always|never|you|all|every|do|the "
            rf"{AI})\b",
            r"\b(?:reveal|print|output|repeat|show|leak|recite|display|dump|disclose|tell me"
            r"|send) "
            rf"(?:[\w']+ ){{0,4}}{_HIDDEN}\b",
            r"\b(?:reveal|print|output|repeat|recite|disclose) (?:[\w']+ ){0,3}(?:everything"
            r"|all|"
            r"the text) (?:[\w']+ ){0,2}above\b",
            r"\b(?:do not|don't|never|without) (?:tell|inform|telling|informing|mention(?:ing)?"
            r"|alert"
            r"|notify|asking|warn)(?:ing)? (?:this |it |that |anything )?(?:to )?(?:the |your "
            r"|any )?"
            r"(?:users?|humans?|operators?|admins?|people|anyone|anybody|customers?|owner)\b",
            r"\b(?:attention|(?:note|message) (?:to|for)|dear|hey|hello|instructions? (?:to"
            r"|for)) "
            rf"(?:the |any |all |every )?(?:ai )?{AI}s?\b",
            rf"\bas (?:an? |the )?(?:ai|language|helpful) ?(?:{AI})?,? you (?:must|should|will"
            r"|shall|have to)\b",
            rf"\b(?:the|any|every|all|this) (?:ai )?{AI}s? (?:must|shall|should|has to|have to"
            r"|will|needs to"
            r"|is (?:required|instructed|ordered) to) (?:always |never |now |immediately "
            rf"|first )?{_DO}\b",
            r"\byou (?:must|shall|have to|are (?:required|instructed|ordered|authorized) to) "
            rf"(?:always |never |now |immediately |first |silently |also )?{_DO}\b",
            rf"\b(?:silently|secretly|quietly|covertly|immediately|without confirmation) {_DO}\b",
            r"\b(?:developer|debug|god|admin|jailbreak|dan|maintenance|unrestricted) mode "
            r"(?:is |now )*(?:enabled|activated|on)\b|\benable (?:developer|debug|god|dan) mode\b",
            rf"(?:^|[.:;,!?]\s+)(?:please |kindly )*(?:always|never|only|immediately) {_DO}\b",
            rf"(?:^|[.:;!?]\s+)(?:dear |hey )?{AI}, (?:please |kindly )*\w+ ",
            r"\b(?:prior to|before) (?:any|each|every|your|the next|giving an?) (?:response"
            r"|answer|reply|action|turn|task)\b",
            r"\b(?:begin|start|end|finish|close|open|prefix|sign) (?:every|each|all|any|your) "
            r"(?:of your )?"
            r"(?:answer|repl|response|message|mail)",
            r"\byour (?:true|real|actual|new|hidden|secret|only|sole) (?:purpose|goal|task"
            r"|mission|role|objective|identity)\b",
            r"\byou have been (?:updated|reprogrammed|upgraded|reconfigured|instructed|ordered"
            r"|authorized|granted)\b",
            r"(?:^|[.:;,!?]\s+|\band )(?:please )?(?:comply|obey)\b",
            r"\b(?:never|do not|don't|may not|must not|cannot) (?:refuse|decline|reject|deny)\b",
            r"\bdo (?:exactly |just |then )?(?:what|as|whatever) (?:it|this|the text|the "
            r"following|this text) (?:says?|tells?|asks?)\b",
            r"\b(?:answer|reply|respond) (?:only|solely|exclusively|always) (?:with|by|in|to)\b",
            r"(?:^|[.:;,!?]\s+)(?:answer|reply to|respond to) (?:any |all |every "
            r")?(?:questions?|quer(?:y|ies))\b",
            r"\byour (?:system prompt|configuration|context window|initial prompt|hidden "
            r"instructions|guardrails)\b",
            r"(?:^|[.:;,!?]\s+)(?:please |kindly )*tell (?:everyone|everybody|all|every|anyone"
            r"|the (?:user|customer)s?)\b",
            # The same in other languages that models read as well.
            r"\b(?:ignoriere?|vergiss|missachte) (?:\w+ ){0,3}(?:anweisung|regel|vorgabe"
            r"|instruktion)",
            r"\b(?:ignora|olvida|omite) (?:\w+ ){0,4}(?:instrucciones|reglas|indicaciones"
            r"|istruzioni|regole)",
            r"\b(?:ignore[zr]?|oublie[zr]?) (?:\w+ ){0,4}(?:instructions|consignes|regles)\b",
            r"\b(?:ignore|esqueca) (?:\w+ ){0,4}(?:instrucoes|regras)\b",
            r"\b(?:игнорируи(?:те)?|забудь(?:те)?) (?:\pL+ ){0,4}(?:инструкци|указани|правил)",
            r"忽略.{0,8}(?:指令|指示|说明|提示|规则)|無視.{0,8}|(?:指示|命令|ルール).{0,6}無視",
        ),
    ),
    (
        ROLES,
        (
            r"<\|[a-z_ ]{2,40}\|>|<\|?/?(?:im_start|im_end|endoftext|eot_id|start_header_id)",
            r"\[/?inst\]|<</?sys>>|\[/?(?:system|assistant|developer)\]",
            r"</?(?:system|assistant|developer|human|user|tool_result|tool_output|function_result"
            r"s?|instructions?|untrusted|memory|memories|context|data|document)(?: [^>]{0,100})?>",
            r"</[\w-]{0,30}(?:memory|memories|context|system|data|untrusted|block|fence"
            r"|instructions?|note)[\w-]{0,30}>",
            r"(?m)^[#>*\s]{0,6}(?:system|developer|assistant)(?: (?:message|prompt|override"
            r"|note))?"
            r"[*]{0,2} ?:",
            r"(?m)^[#=\-*\s]{2,}(?:end|begin|start) (?:of )?(?:system|user|untrusted|memory"
            r"|context|prompt"
            r"|data|instructions?)\b",
            r"(?m)^#{2,} ?(?:system|instructions?|assistant|response|new task)\b",
            r'"role" ?: ?"(?:system|assistant|developer|tool)"',
            r"\b(?:human|user) ?: .{0,400}\n+\s*assistant ?:",
        ),
    ),
    (
        CALLS,
        (
            r"</?(?:antml:)?(?:tool_call|tool_use|function_calls?|invoke|tool_code|parameter)\b",
            r'"(?:tool|tool_name|function|name|action)" ?: ?"[\w.\-]+" ?, ?"(?:arguments?|'
            r'parameters|input|args|action_input)" ?:',
            r'"type" ?: ?"(?:tool_use|function|function_call|tool_call)"',
            r"\b(?:call|invoke|use|execute|run|trigger) (?:the |a |your |an "
            r")?[`'\"]?[\w.\-]+[`'\"]?"
            rf" (?:{_TOOL})\b",
            rf"\b(?:call|invoke|use|execute|run|trigger) (?:the |your )?{_TOOL} [`'\"]?\w",
            r"\b(?:call|invoke|execute|run|use) [`'\"]?\w+(?:[._]\w+)+[`'\"]?(?:\(| with\b| "
            r"on\b| to\b|$)",
            r"\bmemory[._](?:store|retrieve|search|delete)\b ?\(",
            r"(?m)^\s*(?:action|tool|function)(?: ?input)? ?: ?[\w.\-{]",
            r"\b(?:run|execute) (?:the |this |following )*(?:shell|bash|sql|python|code|script"
            r"|command)\b"
            r"|\b(?:curl|wget) [^\n]{0,200}https?:",
        ),
    ),
    (
        TRIGGERS,
        (
            r"\b(?:when|whenever|once|if|as soon as|after|next time|the next time|every time"
            r"|each time) "
            r"(?:the |a |any |this |your )?(?:user|customer|human|operator|person|client"
            r"|somebody|someone|anyone|"
            rf"they|he|she|you|conversation|session|{AI})s? (?:next |later |then |ever |also )?"
            r"(?:say|ask|mention|type|confirm|write|repl|agree|approve|respond|answer|see|read"
            r"|receive|"
            r"are asked|is asked|open|log|start|begin|end|request|recall|retriev|process"
            r"|summari|want)"
            rf"\w*\b.{{0,120}}\b{_DO}\b",
            r"\b(?:on|at|after) (?:the )?(?:next|following|first) (?:turn|message|session"
            r"|conversation|login"
            rf"|run)\b.{{0,80}}\b{_DO}\b",
            r"\bwhen(?:ever)? (?:this|the|that) (?:memory|note|record|text|entry|phrase|keyword"
            r"|word)\b.{0,40}"
            r"\b(?:is|are|gets?) (?:read|recalled|retrieved|found|loaded|mentioned|seen|used)\b",
            r"\b(?:trigger|activation) (?:word|phrase)\b",
            r"\b(?:if|when|whenever|once) (?:the |a |any )?(?:word|phrase|term|keyword|topic"
            rf"|name|code)\b.{{0,80}}\b{_DO}\b",
            r"\b(?:if|when|whenever|once)\b.{1,60}\b(?:comes? up|(?:is|are|gets) (?:mentioned"
            r"|discussed|raised)|appears?|arises?),? "
            rf"(?:please |always |then |you )*{_DO}\b",
        ),
    ),
    (
        KEEPING,
        (
            r"\b(?:store|save|remember|record|keep|add|write|memori[sz]e|persist|treat|note) "
            r"(?:this|it|that|the following"
            r"|these|what follows)?(?: \w+){0,3}? ?(?:as|in|into|to|among) (?:an? |the |your "
            r")?(?:\w+ ){0,2}"
            r"(?:instructions?|system|rules?|memory|memories|long-term memory|core memory"
            r"|policy|directives?|core)\b",
            r"\b(?:include|repeat|preserve|copy|keep|carry over|propagate|insert) (?:this|these"
            r"|the following)"
            r"(?: \w+){0,3} (?:in|into|to|verbatim|across) ?(?:every|any|all|each|future|the"
            r"|your)?\b",
            r"\bwhen (?:you )?(?:summari[sz]|consolidat|compress|condens|extract)\w*\b",
            r"\b(?:summary|summaries|summari[sz]er|consolidation|extraction)\b.{0,40}\b(?:must"
            r"|should|has to|shall|always)\b",
            r"\b(?:in|for|across) (?:all|every|any) (?:future|later|other|subsequent) "
            r"(?:conversations?|sessions?|runs?|chats?|"
            r"responses?|answers?|users?|queries|tasks?)\b",
            r"\bfor (?:all|every|any) (?:users?|customers?|organi[sz]ations?"
            r"|tenants?)\b.{0,60}\b(?:use|refer|redirect|replace|answer|say)\b",
            r"\b(?:refer|redirect|route|replace|substitut)\w* (?:[\w']+ ){0,6}(?:patient|user"
            r"|account|record|customer|query|queries)\b.{0,60}\b(?:to|with|by|instead)\b",
            r"\b(?:rather than|instead of) the (?:one )?(?:named|asked|requested|given|actual"
            r"|real)\b",
            r"\bwhen (?:asked|answering|queried) (?:about|for)\b.{0,120}\b(?:instead|always"
            r"|never|must|only)\b",
        ),
    ),
    (
        POWERS,
        (
            r"\b(?:auto-?)?approv\w* (?:all|any|every|the|this|pending|my|each"
            r"|future)\b.{0,40}\b(?:requests?|approvals?|actions?|"
            r"transactions?|payments?|calls?|invoices?|changes?|refunds?)\b",
            r"\b(?:disable|turn off|switch off|change|remove|relax|lift|weaken|delete"
            r"|deactivate|suspend|edit) (?:[\w']+ ){0,3}"
            r"(?:polic(?:y|ies)|guardrails?|filters?|safety|approvals?|audit|logging|limits?"
            r"|budgets?|restrictions?|screening)\b",
            r"\b(?:read|search|retrieve|fetch|list|load|get|show|dump|export|look up) (?:[\w']+ "
            r"){0,4}(?:memor(?:y|ies)|records?|data|files?|"
            r"secrets?|history|histories|notes) (?:\w+ )?(?:of|for|from|about|belonging to) "
            r"(?:[\w']+ ){0,3}(?:user|customer|owner|tenant|organi[sz]ation|agent|other|another"
            r"|all|every|someone|everyone)",
            r"\b(?:other|another|all|every) (?:users?|customers?|tenants?|organi[sz]ations?"
            r"|agents?)(?:'s?)? (?:memor|data|secret|record|conversation|credential|message)",
            r"\bgrant\w* (?:[\w']+ ){0,3}(?:wish|access|rights?|permissions?|requests?"
            r"|everything|privileges)\b",
            r"\b(?:full|unlimited|unrestricted|admin|root|elevated) (?:access|rights|privileges"
            r"|permissions)\b.{0,20}\b(?:granted|given|approved)\b",
            rf"\b(?:[\w.]+ )?{_TOOL} (?:has to|have to|must|should|shall|needs? to|is to) be "
            r"(?:called|queried|used|invoked|run|executed)\b",
            r"\b(?:wire|transfer|send|pay) (?:[\w',.€$]+ ){0,5}(?:funds?|money|account|iban"
            r"|balance|euros?|dollars?|usd|eur|\d+)\b.{0,30}\b(?:to|now|below|immediately)\b",
            r"\b(?:owner_id|owner_type|user_id|tenant_id|organization_id) ?[=:]",
            r"\b(?:send|forward|post|upload|e-?mail|exfiltrate|transmit|leak|report|deliver"
            r"|copy|export|submit|bcc|cc) (?:[\w'\"/.,-]+ ){0,12}?"
            r"(?:to|at|via|through) (?:[\w']+ ){0,3}[<`'\"(]?(?:https?://|www\."
            r"|[\w.+-]+@[\w-]+\.|[\w-]+\.(?:com|net|org|io|example|test|xyz|ru|cn)\b|webhook)",
            r"\b(?:send|give|share|reveal|disclose|post|forward|grant|issue|create|rotate"
            r"|revoke|output|print) (?:[\w']+ ){0,4}(?:api[ -]?keys?|access tokens?|passwords?"
            r"|credentials|secrets|private keys?|"
            r"admin (?:rights|role|access)|access rights)\b",
            r"\b(?:is|are|has been|have been|already|pre-?) ?(?:authorized|approved|permitted"
            r"|cleared) (?:by|to|for) (?:the )?(?:admin|security|owner|system|"
            r"anthropic|openai|developers?|bypass|skip)",
        ),
    ),
    (
        PICTURES,
        (
            r"!\[[^\]]{0,300}\]\s*\(\s*<?\s*(?:https?:)?//",
            r"!\[[^\]]{0,300}\]\s*\[",
            r"<(?:img|image|iframe|script|object|embed|svg|link|video|audio|form|meta|base"
            r"|style)\b",
            r"\]\(\s*<?https?://[^\s)]*\?[^\s)]*=",
            r"\]\(\s*<?(?:javascript|data|vbscript|file):",
            r"(?:https?:)?//[^\s)>\"']{1,500}[?&/=#](?:\{|\$\{|%7b|<|\[|\.\.\.|\{\{)[\w ]*",
            r"https?://[^\s)>\"']{1,200}[?&][\w-]{1,40}=[^\s)>\"'&]{120,}",
            r"(?m)^\s*\[[^\]]{1,100}\]: ?(?:https?:)?//[^\s]+\?",
        ),
    ),
)
