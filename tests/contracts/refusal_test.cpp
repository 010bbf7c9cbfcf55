#include "contracts/refusal.hpp"

#include <catch2/catch.hpp>

#include <string>

using hedgerow::refusal_in;

TEST_CASE("prose that will not help is a refusal in fourteen languages", "[unit]") {
  const auto text = GENERATE(
      as<std::string>{}, "I'm sorry, but I can't help with that.",
      "I’m sorry, but I can’t assist with that request.",
      "I\xe2\x80\x99m sorry, I can\xe2\x80\x99t help with identifying people in images.",
      "Sorry, I cannot comply with this request.",
      "I apologize, but I'm not able to provide assistance with this.",
      "I am unable to fulfill your request.", "I'm unable to help you with that", "I won't help.",
      "\"I can't do that.\"", "**I cannot continue with this conversation.**",
      "Unfortunately, I am not able to assist you with that.",
      "As an AI language model, I cannot assist with that.", "I must decline to answer.",
      "I have to respectfully decline this request.",
      "I can't provide instructions for building that.",
      "I cannot create content that sexualizes minors.",
      "I can't provide that kind of information.", "I CAN'T HELP WITH THAT.",
      "I'm really sorry,\nbut I can't help with that.", "Your request violates our usage policies.",
      "It would not be appropriate for me to answer.",
      "Es tut mir leid, aber dabei kann ich nicht helfen.",
      "Tut mir leid, ich kann Ihnen dabei leider nicht helfen.",
      "Leider kann ich Ihnen dabei nicht helfen.", "Ich kann dieser Bitte nicht nachkommen.",
      "Ich kann diese Anfrage nicht bearbeiten.", "Ich muss diese Anfrage ablehnen.",
      "Je suis désolé, mais je ne peux pas vous aider avec cela.",
      "Désolée, je ne peux pas répondre à cette demande.",
      "Je ne suis pas en mesure de donner suite à votre demande.",
      "Je suis désolé, mais je ne peux pas t’aider.", "Lo siento, pero no puedo ayudarte con eso.",
      "Lo siento, no puedo cumplir con esa solicitud.",
      "No puedo proporcionar ese tipo de contenido.",
      "Mi dispiace, ma non posso aiutarti con questa richiesta.",
      "Non sono in grado di soddisfare questa richiesta.", "Mi dispiace, ma devo rifiutare.",
      "Desculpe, mas não posso ajudar com isso.",
      "Sinto muito, mas não posso atender a esse pedido.",
      "Infelizmente, não posso ajudá-lo com isso.",
      "Het spijt me, maar ik kan je daar niet mee helpen.",
      "Sorry, daar kan ik je niet bij helpen.", "Ik kan niet voldoen aan dit verzoek.",
      "Przykro mi, ale nie mogę w tym pomóc.", "Przepraszam, ale nie mogę spełnić tej prośby.",
      "Niestety nie mogę ci z tym pomóc.", "Üzgünüm, bu konuda yardımcı olamam.",
      "Maalesef bu istekle ilgili size yardımcı olamıyorum.",
      "Özür dilerim, ancak bu isteği yerine getiremem.", "Извините, но я не могу помочь с этим.",
      "К сожалению, я не могу выполнить этот запрос.", "ПРОСТИТЕ, Я НЕ МОГУ С ЭТИМ ПОМОЧЬ.",
      "申し訳ありませんが、そのリクエストにはお応えできません。",
      "申し訳ございませんが、お手伝いできません。", "そのご質問にはお答えできません。",
      "そのような内容を作成することはできません。", "抱歉，我无法协助完成这个请求。",
      "对不起，我不能提供此类信息。", "很抱歉，我無法滿足您的要求。",
      "죄송하지만 그 요청은 도와드릴 수 없습니다.", "죄송합니다. 요청을 수행할 수 없습니다.",
      "آسف، لا أستطيع مساعدتك في ذلك.", "عذرًا، لا يمكنني المساعدة في هذا الطلب.",
      "أعتذر، ولكن لا يمكنني تلبية هذا الطلب.");
  CAPTURE(text);
  CHECK_FALSE(refusal_in(text).empty());
}

TEST_CASE("what is missing, quoted or answered is no refusal", "[unit]") {
  const auto text = GENERATE(
      as<std::string>{}, "", "I cannot find the invoice number in the text.", "I can't log in",
      "I can't log in since yesterday, please help me with that.",
      "I'm sorry to hear that. Your refund is on its way.",
      "I'm sorry for the inconvenience, but the order has not shipped yet.",
      "Sorry, the ticket has no category.", "I cannot determine the category from this text.",
      "I cannot provide a category because the text is empty.",
      "The customer says: I can't help with that.", "I can help with that.",
      "I can't help you find the invoice: the number is missing.",
      "It is appropriate to escalate this ticket.", "This is inappropriate language.",
      "This request violates the terms of sale.", "Unfortunately, the customer was charged twice.",
      "Category: billing", "As an AI language model, I sort tickets: this one is billing.",
      "We cannot deliver before Monday.", "Ich kann mich nicht anmelden.",
      "Ich kann die Rechnungsnummer im Text nicht finden.", "Leider fehlt die Rechnungsnummer.",
      "Je ne peux pas me connecter.", "Je ne trouve pas le numéro de facture.",
      "No puedo iniciar sesión.", "Lo siento, el texto no contiene el número.",
      "Non posso accedere al mio account.", "Não consigo entrar na minha conta.",
      "Ik kan niet inloggen.", "Nie mogę się zalogować.", "Giriş yapamıyorum.",
      "Я не могу войти в аккаунт.", "К сожалению, номер счёта не указан.", "ログインできません。",
      "申し訳ありませんが、請求書番号が見つかりません。", "このような注文番号は確認できません。",
      "我无法登录。", "抱歉，文本中没有发票号码。", "로그인할 수 없습니다.",
      "لا أستطيع تسجيل الدخول.");
  CAPTURE(text);
  CHECK(refusal_in(text).empty());
}

TEST_CASE("a refusal is found with its apology and without what follows", "[unit]") {
  CHECK(refusal_in("I'm sorry, but I can't help with that. Ask your bank.")
        == "I'm sorry, but I can't help with");
}

TEST_CASE("a text that carries JSON does not refuse", "[unit]") {
  const std::string refusal = "I can't help with that. ";
  CHECK(refusal_in(refusal + R"({"category": "other"})").empty());
  CHECK(refusal_in(refusal + "[1, 2]").empty());
  CHECK_FALSE(refusal_in(refusal + "{not json}").empty());
  CHECK_FALSE(refusal_in(refusal + "{\"cut\": ").empty());
}

TEST_CASE("a text of more than 400 characters does not refuse", "[unit]") {
  const std::string start = "I can't help with that";
  CHECK_FALSE(refusal_in(start + std::string(400 - start.size(), '.')).empty());
  CHECK(refusal_in(start + std::string(401 - start.size(), '.')).empty());
  const std::string cyrillic = "Я не могу помочь. ";
  std::string long_in_bytes = cyrillic;
  for (int i = 0; i < 380; ++i)
    long_in_bytes += "ы";
  CHECK_FALSE(refusal_in(long_in_bytes).empty());
}

TEST_CASE("broken UTF-8 is no refusal and no crash", "[unit]") {
  CHECK(refusal_in("\xff\xfe\x80").empty());
  CHECK(refusal_in(std::string{"\xc3"}).empty());
}
