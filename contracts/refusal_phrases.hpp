#pragma once

#include <array>
#include <string_view>

/// The phrases with which models refuse, for `refusal.cpp` alone.
namespace hedgerow::refusals {

/// How one language refuses. Each member is alternatives of a regular expression, in lower case,
/// with ' for every apostrophe, a space for any white space, and one alternative to a line where it
/// fits. Empty: the language has nothing of the kind.
struct language {
  /// What may come before.
  std::string_view apology;
  /// Who will not: "I cannot "; goes with each of `what`: "help with that".
  std::string_view cannot;
  std::string_view what;
  /// Refusals that say both at once.
  std::string_view sentences;
};

/// What may stand between an apology and the refusal.
inline constexpr std::string_view joiner =
    R"([\s,.:;!?、，。！—–-]*(?:but|however|aber|jedoch|mais|pero|sin embargo|ma|però|tuttavia|mas|)"
    R"(porém|maar|ale|ama|ancak|fakat|но|однако|但|但是|ولكن|لكن|،)?)"
    R"((?:[\s,،]*(?:that|dass|que|che|że)\b)?[\s,،]*)";

// clang-format off
inline constexpr language english{
  .apology =
    R"(i'm (?:very |so |truly |really )?sorry(?: for [^.,!]+)?(?: to say)?|)"
    R"(i am (?:very |so |truly )?sorry|we're sorry|sorry|)"
    R"((?:i |we )?apologi[sz]e(?: for [^.,!]+)?|my apologies|apologies|unfortunately|)"
    R"(regrettably|i'm afraid|i am afraid|i understand[^.,!]*|i appreciate[^.,!]*|)"
    R"(as an ai(?: language)?(?: model| assistant)?|thanks? (?:you )?for [^.,!]+)",
  .cannot =
    R"((?:i|we)(?: really| just| simply|'m| am|'re| are)?(?: can't| cannot| can not| won't|)"
    R"( will not| couldn't| unable to| not able to| not going to| not allowed to| not)"
    R"( permitted to| not comfortable| refuse to| decline to)(?: really| possibly| in good)"
    R"( conscience| ethically| legally| directly| personally)? )",
  .what =
    R"((?:help|assist|helping|assisting)(?: you)?(?:(?: out)? (?:with|in|on)\b| (?:that|this|)"
    R"(here|there)\b|[.,;!]| because\b| as\b|$)|)"
    R"((?:comply|continue|proceed|engage|go along|complying|engaging) (?:with|in) (?:that|this|)"
    R"(these|those|your|the|such|it)\b|)"
    R"((?:fulfil|fulfill|complete|accommodate|honou?r|satisfy|grant|process|answer|act on|)"
    R"(respond to) (?:that|this|your|the|such(?: an?)?)(?: kind of| type of)? request|)"
    R"((?:do|discuss|generate|create|write|produce|provide|share|give|offer)(?: you)?(?:)"
    R"( with)? (?:that|this)(?: (?:kind|type|sort) of [^.]+)?(?:[.,;!]|$)|)"
    R"((?:provide|offer|give|share|create|generate|write|produce|discuss)(?: you)?(?: with)?)"
    R"( (?:any )?(?:assistance|help|guidance|instructions|advice|support|(?:explicit|harmful|)"
    R"(sexual|hateful|violent|illegal) |(?:medical|legal|financial) advice|such|content)"
    R"( (?:that|of)))",
  .sentences =
    R"((?:i|we) (?:must|have to|need to|will have to|'ll have to|would have to)(?:)"
    R"( respectfully| politely)? (?:decline|refuse)|)"
    R"((?:i|we)(?: respectfully| politely)? (?:decline|refuse) (?:to|this|that|your)\b|)"
    R"((?:that|this|your|the) (?:request|prompt) (?:violates|goes against|is against|breaches|)"
    R"(conflicts with) (?:my|our) |)"
    R"((?:it|that|this) (?:(?:is|would be) (?:not |in)|isn't |wouldn't be |would not be)"
    R"( )appropriate for me to\b|)"
    R"((?:it|that|this) (?:is|goes|would be|would go) against my (?:guidelines|policy|policies|)"
    R"(programming|principles)|)"
    R"(my (?:guidelines|guardrails|policies|policy|programming|safety guidelines) (?:don't|do)"
    R"( not|doesn't|does not|prevents?|prohibits?|forbids?)\b)",
};

inline constexpr language german{
  .apology =
    R"(es tut mir (?:sehr |wirklich )?leid|tut mir (?:sehr )?leid|leider|entschuldigung|)"
    R"(entschuldigen sie(?: bitte)?|entschuldige(?: bitte)?|ich entschuldige mich|)"
    R"(ich bedau(?:er|r)e(?: sehr)?|verzeihung|sorry)",
  .cannot = "",
  .what = "",
  .sentences =
    R"((?:ich|wir) (?:kann|können|darf|dürfen|werde|werden|möchte)(?: ihnen| dir| euch| sie|)"
    R"( dich)?(?: leider)?(?: dabei| damit| hierbei| hiermit| dazu| da| hier| bei (?:dieser|)"
    R"(ihrer|deiner) (?:anfrage|bitte|aufgabe)| mit (?:dieser|ihrer|deiner) (?:anfrage|bitte)|)"
    R"( in diesem fall)?(?: leider)? (?:nicht|keine)(?: dabei| damit| hierbei| bei (?:dieser|)"
    R"(ihrer|deiner) (?:anfrage|bitte|aufgabe))? ?(?:helfen|weiterhelfen|behilflich sein|)"
    R"(unterstützen|assistieren|hilfe (?:leisten|anbieten|geben))|)"
    R"((?:dabei|damit|hierbei|dazu|da|hier|bei (?:dieser|ihrer|deiner) (?:anfrage|bitte)))"
    R"( (?:kann|darf|können|dürfen|werde) (?:ich|wir)(?: ihnen| dir| euch)?(?: leider)?)"
    R"( (?:nicht|keine) (?:helfen|weiterhelfen|behilflich sein|unterstützen|assistieren|hilfe)"
    R"( (?:leisten|anbieten))|)"
    R"((?:kann|darf|können) (?:ich|wir)(?: ihnen| dir| euch)?(?: dabei| damit| hierbei| bei)"
    R"( (?:dieser|ihrer|deiner) (?:anfrage|bitte))? nicht(?: dabei| damit)? (?:helfen|)"
    R"(weiterhelfen|behilflich sein)|)"
    R"((?:ich|wir) (?:kann|können|darf) (?:dieser|ihrer|deiner|der) (?:anfrage|bitte|)"
    R"(aufforderung)(?: leider)? nicht (?:nachkommen|entsprechen|folge leisten)|)"
    R"((?:ich|wir) (?:kann|können|darf) (?:diese|ihre|deine|die|solche) (?:anfragen?|bitten?|)"
    R"(aufforderung)(?: leider)? nicht (?:erfüllen|bearbeiten|beantworten|ausführen)|)"
    R"((?:dieser|ihrer|deiner) (?:anfrage|bitte|aufforderung) (?:kann|darf|können) (?:ich|)"
    R"(wir)(?: leider)? nicht (?:nachkommen|entsprechen)|)"
    R"((?:diese|ihre|deine) (?:anfrage|bitte) (?:kann|darf|muss) ich (?:leider )?(?:nicht)"
    R"( (?:erfüllen|bearbeiten|beantworten)|ablehnen)|)"
    R"((?:ich|wir) (?:muss|müssen|möchte) (?:das|dies|diese (?:anfrage|bitte)|ihre anfrage|)"
    R"(deine anfrage) (?:leider )?ablehnen|)"
    R"(ich weigere mich)",
};

inline constexpr language french{
  .apology =
    R"((?:je suis |nous sommes )?(?:vraiment |sincèrement )?désolée?s?|je m'excuse|excusez-moi|)"
    R"(toutes mes excuses|mes excuses|malheureusement|je regrette|pardon|navrée?|en tant qu'ia)",
  .cannot =
    R"((?:je|nous) ne (?:peux|puis|pouvons|suis pas en mesure de|suis pas autorisée? à|pourrai|)"
    R"(saurais|vais)(?: malheureusement)?(?: pas)? )",
  .what =
    R"((?:vous |t'|te |y )?(?:aider|assister|apporter (?:mon|d')[ ]?aide)\b|)"
    R"((?:répondre (?:favorablement )?à|donner suite à|accéder à|satisfaire|satisfaire à|)"
    R"(traiter|exécuter|réaliser|honorer) (?:cette|votre|ta|une telle|ce type de) (?:demande|)"
    R"(requête)|)"
    R"((?:vous |te )?fournir (?:ce (?:type|genre)|cette assistance|d'assistance|d'aide|)"
    R"(d'instructions|de telles)|)"
    R"(continuer (?:avec|sur) (?:cela|cette|ce)|poursuivre cette|faire (?:cela|ça)\b)",
  .sentences =
    R"(il m'est impossible (?:de vous aider|de t'aider|de répondre à (?:cette|votre) demande|)"
    R"(d'accéder à)|)"
    R"(je (?:dois|me vois contrainte? de|suis obligée? de) (?:décliner|refuser)|)"
    R"(je (?:refuse|décline) (?:de|cette|votre)\b)",
};

inline constexpr language spanish{
  .apology =
    R"(lo siento(?: mucho)?|lo lamento|lamento [^.,]+|)"
    R"(disculp(?:a|e|en)(?: las molestias)?|perdón|perdona|lamentablemente|desafortunadamente|)"
    R"(mis disculpas|por desgracia)",
  .cannot =
    R"((?:yo )?no (?:puedo|podemos|podré|podría|me es posible|estoy autorizad[oa] (?:a|para)|)"
    R"(estoy en condiciones de|soy capaz de)(?: lamentablemente)? )",
  .what =
    R"((?:ayudar|asistir)(?:te|le|les|lo|la|os)?\b|)"
    R"(cumplir (?:con )?(?:esa|esta|tu|su|con)\b|atender (?:a )?(?:esa|esta|tu|su)\b|)"
    R"((?:satisfacer|completar|procesar|realizar|responder a|acceder a) (?:esa|esta|tu|su|)"
    R"(dicha) (?:solicitud|petición)|)"
    R"((?:proporcionar|ofrecer|brindar|dar)(?:te|le)? (?:ese tipo|este tipo|ayuda|asistencia|)"
    R"(instrucciones|consejos)|)"
    R"((?:continuar|seguir|proceder) con (?:eso|esto|esa|esta|tu|su)\b|hacer (?:eso|esto)\b)",
  .sentences =
    R"((?:debo|tengo que|he de) (?:rechazar|declinar|negarme)|me niego a\b)",
};

inline constexpr language italian{
  .apology =
    R"(mi (?:dispiace|spiace)(?: molto)?|purtroppo|scusa(?:mi)?|scusi|mi scuso|chiedo scusa|)"
    R"(sono spiacente)",
  .cannot =
    R"((?:io )?non (?:posso|possiamo|potrò|sono in grado di|mi è possibile|sono autorizzat[oa])"
    R"( a)(?: purtroppo)? )",
  .what =
    R"((?:aiutar|assister|aiutare|assistere)(?:ti|la|vi|e)?\b|)"
    R"((?:soddisfare|esaudire|completare|elaborare|eseguire|accogliere|rispondere a) (?:questa|)"
    R"(la tua|la sua|tale|una simile) richiesta|)"
    R"((?:fornire|offrire|dare|fornirti|fornirle) (?:questo tipo|questo genere|assistenza|)"
    R"(aiuto|istruzioni|tali)|)"
    R"((?:continuare|procedere|proseguire) con (?:questo|questa|la)\b|farlo\b)",
  .sentences =
    R"((?:devo|sono costrett[oa] a) (?:rifiutare|declinare|rifiutarmi)|mi rifiuto di\b)",
};

inline constexpr language portuguese{
  .apology =
    R"(desculp(?:e|a|em)(?:-me)?|(?:eu )?sinto muito|lamento(?: muito)?|infelizmente|)"
    R"((?:eu )?peço desculpas?|perdão)",
  .cannot =
    R"((?:eu )?não (?:posso|podemos|consigo|poderei|estou autorizad[oa] a|sou capaz de)(?:)"
    R"( infelizmente)?(?: te| lhe| o| a)? ?)",
  .what =
    R"((?:ajudar|auxiliar|assistir)(?:-lo|-la|-te|-lhe)?\b|ajudá-l[oa]|)"
    R"((?:atender|cumprir|satisfazer|concluir|processar|responder)(?: a| à| com)? ?(?:esse|)"
    R"(este|essa|esta|seu|sua|tal|o seu|a sua|ao seu|à sua) (?:pedido|solicitação)|)"
    R"((?:fornecer|oferecer|dar)(?:-lhe)? (?:esse tipo|este tipo|ajuda|assistência|instruções)|)"
    R"((?:continuar|prosseguir) com (?:isso|isto|esse|essa|este|esta)\b|fazer (?:isso|isto)\b)",
  .sentences =
    R"((?:devo|tenho que|preciso) (?:recusar|declinar)|(?:eu )?(?:me recuso a|recuso-me a)\b)",
};

inline constexpr language dutch{
  .apology =
    R"(het spijt me|sorry|helaas|mijn (?:excuses|verontschuldigingen)|excuses|excuseer(?: mij)?)",
  .cannot = "",
  .what = "",
  .sentences =
    R"((?:ik|wij|we) (?:kan|kunnen|mag|zal)(?: je| u| jou| jullie)?(?: helaas)?(?: (?:hier|)"
    R"(daar|er)(?:bij|mee)?| met (?:dit|dat|deze|uw|je) (?:verzoek|vraag)?| bij (?:dit|dat|uw|)"
    R"(je) verzoek)?(?: helaas)? niet(?: (?:hier|daar)(?:bij|mee))? ?(?:(?:bij |mee)"
    R"( )?(?:helpen|assisteren)|van dienst zijn)|)"
    R"((?:hier|daar)(?:bij|mee)? (?:kan|mag) ik(?: je| u| jou)?(?: helaas)? niet (?:bij |mee)"
    R"( )?(?:helpen|assisteren)|)"
    R"((?:kan|mag) ik(?: je| u)?(?: (?:hier|daar)(?:bij|mee)?)? niet (?:bij |mee )?helpen|)"
    R"(ik kan(?: helaas)? niet (?:voldoen aan|ingaan op|meewerken aan) (?:dit|dat|uw|je|)"
    R"(deze)\b|)"
    R"(ik kan (?:dit|dat|uw|je) verzoek(?: helaas)? niet (?:uitvoeren|inwilligen|verwerken|)"
    R"(vervullen)|)"
    R"(ik moet (?:dit |dat |uw |je )?(?:verzoek )?(?:weigeren|afwijzen)|ik weiger\b)",
};

inline constexpr language polish{
  .apology =
    R"((?:bardzo )?przepraszam|(?:bardzo )?przykro mi|niestety|wybacz(?:cie)?|z przykrością)",
  .cannot =
    R"((?:ja )?nie (?:mogę|możemy|jestem w stanie|mogłabym|mógłbym|będę mógł|będę mogła)(?: ci|)"
    R"( tobie| panu| pani| państwu| w tym| z tym| tutaj| niestety)* )",
  .what =
    R"(pomóc|pomagać|)"
    R"((?:udzielić|zapewnić|dostarczyć)(?: ci| panu| pani)? (?:pomocy|tej|takich|takiej|)"
    R"(takiego|instrukcji)|)"
    R"((?:spełnić|zrealizować|wykonać|obsłużyć)(?: tej| tego| twojej| takiej| to| tę)?)"
    R"( ?(?:prośby|prośbę|żądania|polecenia|polecenie)|)"
    R"((?:odpowiedzieć|odpowiadać) na (?:tę|taką|twoją) prośbę|kontynuować (?:tej|tego|z)\b)",
  .sentences =
    R"((?:muszę|zmuszon[ya] jestem) odmówić|odmawiam\b)",
};

inline constexpr language turkish{
  .apology =
    R"((?:çok )?üzgünüm|özür dilerim|kusura bakma(?:y[ıi]n)?|maalesef|ne yaz[ıi]k ki|)"
    R"(affedersiniz|pardon)",
  .cannot =
    R"([^.!?\n]*?)",
  .what =
    R"(yard[ıi]mc[ıi] olam(?:am|ayaca[ğg][ıi]m|[ıi]yorum|ay[ıi]z)|)"
    R"(yard[ıi]m edem(?:em|eyece[ğg]im|iyorum)|)"
    R"((?:iste[ğg]i(?:nizi|ni)?|talebi(?:nizi|ni)?) (?:yerine getirem|karş[ıi]layam|)"
    R"(gerçekleştirem)[a-zığ]+|)"
    R"((?:iste[ğg]i(?:nizi|ni)?|talebi(?:nizi|ni)?) reddet)",
  .sentences = "",
};

inline constexpr language russian{
  .apology =
    R"(извините|извини|простите|прости|к сожалению|(?:мне )?(?:очень )?жаль|прошу прощения|)"
    R"(приношу (?:свои )?извинения|сожалею)",
  .cannot =
    R"((?:я |мы )?не (?:могу|можем|смогу|имею возможности|в состоянии|буду)(?: вам| тебе| с)"
    R"( этим| в этом| здесь| тут)* )",
  .what =
    R"(помочь|помогать|содействовать|оказать (?:помощь|содействие)|)"
    R"((?:выполнить|удовлетворить|обработать|исполнить) (?:этот|эту|ваш|вашу|твой|твою|данный|)"
    R"(данную|такой|такую) (?:запрос|просьбу)|)"
    R"(предостав(?:ить|лять) (?:такую|такие|эту|подобную|подобные|инструкции|помощь)|)"
    R"(ответить на (?:этот|такой|ваш|данный) запрос|)"
    R"((?:продолжать|продолжить) (?:этот|эту|с этим))",
  .sentences =
    R"((?:я )?(?:вынужден[аы]?|долж[её]н|должна) (?:отказать|отказаться|отклонить)|)"
    R"((?:я )?отказываюсь|)"
    R"(с этим (?:я )?(?:помочь )?не (?:могу|смогу)(?: помочь)?)",
};

inline constexpr language japanese{
  .apology =
    R"((?:大変|誠に)?申し訳(?:あり|ござい)ません(?:が|けれども)?|(?:大変)?すみません(?:が)?|)"
    R"(ごめんなさい|恐れ入りますが|恐縮ですが|残念ながら|残念ですが)",
  .cannot =
    R"([^。！？\n]*?)",
  .what =
    R"(お手伝い(?:すること)?(?:は|が)?(?:いた|致)?(?:でき(?:ません|かねます|ない)|しかねます)|)"
    R"((?:お応え|ご対応|対応|ご協力|協力|支援|サポート)(?:すること)?(?:は|が)?(?:いた|致)?)"
    R"((?:できません|できかねます|しかねます)|)"
    R"((?:その|この|ご)[^。\n]*(?:質問|リクエスト|依頼)[^。\n]{0,4}お答え(?:すること)?は?)"
    R"((?:できません|できかねます|しかねます)|)"
    R"((?:ご要望|リクエスト|ご依頼|要求|ご要請)に(?:は)?)"
    R"((?:応じ(?:られません|ることはできません|かねます)|(?:従う|沿う)ことはできません)|)"
    R"((?:そのような|このような|そうした|こうした)[^。\n]*(?:提供|作成|生成|回答))"
    R"((?:すること)?(?:は|が)?(?:できません|できかねます|しかねます)|)"
    R"(お断り(?:し|いたし|させていただき)ます)",
  .sentences = "",
};

inline constexpr language chinese{
  .apology =
    R"((?:我)?(?:很|非常|十分|实在)?(?:抱歉|对不起|對不起|不好意思|遗憾|遺憾)|作为(?:一个)?(?:ai|人工智能)(?:语言)?(?:模型|助手)?)",
  .cannot =
    R"((?:但|但是|可是)?[，, ]*(?:我|我们|我們)?(?:暂时|目前)?(?:无法|不能|無法|没办法|沒辦法|不可以|不会|不會)(?:为您|为你|為您|為你|给您|)"
    R"(给你|向您|向你)?)",
  .what =
    R"(提供(?:任何)?(?:帮助|协助|幫助|協助|支持|此类|这类|這類|该类|这种|這種|这方面)|帮助|帮您|帮你|帮到|协助|幫助|幫您|幫你|協助|)"
    R"((?:满足|滿足|回应|回應|完成|处理|處理|执行|執行|遵从|答应|响应)(?:您的|你的|这个|這個|这一|这样的|该|此|此类)*(?:请求|要求|請求)|)"
    R"(继续(?:这个|这一|该|此|進行)|讨论(?:这个|这一|该|此)|做(?:这件事|到这一点|这个))",
  .sentences =
    R"((?:这个|該|该|您的|你的)(?:问题|請求|请求|要求)[，, ]*(?:我)?(?:暂时|目前)?(?:无法|不能|無法)(?:回答|处理|满足|協助|协助)|)"
    R"((?:我)?(?:必须|不得不|只能)拒绝)",
};

inline constexpr language korean{
  .apology =
    R"((?:대단히 |정말 )?죄송(?:합니다만|하지만|합니다|해요)|미안(?:합니다만|하지만|합니다|해요)|유감스럽게도|안타깝게도|아쉽지만)",
  .cannot =
    R"([^.!?\n]*?)",
  .what =
    R"(도와\s?(?:드릴|줄) 수(?:는|가)? 없|도움을 (?:드릴|줄) 수(?:는|가)? 없|)"
    R"((?:요청|부탁)(?:을|은|에|에는|에 대해)? ?(?:수행|처리|응|들어|이행|따)[가-힣 ]{0,6}? 수(?:는|가)? 없|)"
    R"((?:그런|이런|이러한|그러한|해당) [^.\n]*?(?:제공|답변|생성|작성)[가-힣 ]{0,5} 수(?:는|가)? 없|)"
    R"(거절(?:합니다|하겠습니다|해야))",
  .sentences = "",
};

inline constexpr language arabic{
  .apology =
    R"((?:أنا )?آسف(?:ة)?(?: جد(?:ا|ًا|اً))?|عذر(?:ا|ًا|اً)|(?:أنا )?أعتذر|للأسف(?: الشديد)?|)"
    R"(معذرة|نأسف|المعذرة)",
  .cannot =
    R"((?:و?لكن(?:ني|نا|ي)? )?(?:أنا )?(?:لا (?:أستطيع|يمكنني|أقدر|نستطيع|يمكننا|أتمكن من)|لن)"
    R"( (?:أستطيع|أتمكن من|يمكنني)|(?:لست |غير |أنا غير )قادر(?:ة|ا|ًا|اً)? على|لا يسعني))"
    R"( ?(?:أن )?)",
  .what =
    R"(مساعدت(?:ك|كم|كِ)|المساعدة|أساعد(?:ك|كم)?|)"
    R"(تقديم (?:المساعدة|مثل|هذا النوع|هذه المساعدة|تعليمات)|)"
    R"((?:تلبية|تنفيذ|إكمال|معالجة|قبول) (?:هذا|هذه|طلب|طلبك|مثل)|)"
    R"((?:الاستجابة|الامتثال) ?(?:ل|لهذا|لطلب)|متابعة هذا|القيام بذلك)",
  .sentences =
    R"((?:يجب أن |علي أن )?أرفض )",
};

// clang-format on

inline constexpr std::array languages{english,    german,  french, spanish, italian,
                                      portuguese, dutch,   polish, turkish, russian,
                                      japanese,   chinese, korean, arabic};

} // namespace hedgerow::refusals
