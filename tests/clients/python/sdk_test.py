"""The official Python SDKs of OpenAI and Anthropic against the gateway."""

import json
import os
import re
import subprocess
import tempfile
import time
import unittest

import anthropic
import openai
from pydantic import BaseModel

SCRIPT = """
models:
  plain: { answer: "Good day to you, whoever you are.", stream: { piece: 4 } }
  slow: { answer: "One two three four five six seven.", stream: { piece: 4, gap: 50ms } }
  triage: { answer: { category: billing } }
  weather: { tool_call: { name: weather, arguments: { city: Oslo } } }
  cut: { answer: "This will never be whole, alas.", stream: { piece: 4, cut: 5 } }
  down: { status: 503 }
"""

CONFIG = """
server: {{ listen: "127.0.0.1:0", admin: "127.0.0.1:0" }}
store: memory
log: {{ level: error }}
providers:
  o: {{ kind: openai, base_url: "{url}/v1" }}
  a: {{ kind: anthropic, base_url: "{url}", api_key: k }}
  g: {{ kind: gemini, base_url: "{url}", api_key: k }}
routes:
{routes}
tasks:
{tasks}
"""

KINDS = ("o", "a", "g")
MODELS = ("plain", "slow", "triage", "weather", "cut", "down")
QUESTION = [{"role": "user", "content": "Hello?"}]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def configuration(url):
    names = [(f"{model}_{kind}", kind, model) for kind in KINDS for model in MODELS]
    routes = "\n".join(f"  {name}: {{ provider: {kind}, model: {model} }}"
                       for name, kind, model in names)
    tasks = "\n".join(
        f"  {name}: {{ deadline: 20s, retry: {{ attempts: 0 }}, ladder: [ {name} ] }}"
        for name, _, _ in names)
    return CONFIG.format(url=url, routes=routes, tasks=tasks)


class Program:
    """A running hedgerow; `lines` are what it has said so far."""

    def __init__(self, words, announcement):
        environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
        self.log = tempfile.NamedTemporaryFile("r", suffix=".log")
        with open(self.log.name, "w") as out:
            self.process = subprocess.Popen([os.environ["HEDGEROW"], *words], stdout=out,
                                            stderr=out, env=environment)
        self.address = self.wait_for(announcement).group(1)

    def lines(self):
        with open(self.log.name) as said:
            return said.read().splitlines()

    def wait_for(self, pattern):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for line in self.lines():
                if found := re.search(pattern, line):
                    return found
            time.sleep(0.01)
        raise AssertionError(f"nothing like {pattern} in {self.lines()}")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class Ticket(BaseModel):
    category: str


class Sdks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        script = os.path.join(cls.folder.name, "script.yaml")
        with open(script, "w") as out:
            out.write(SCRIPT)
        cls.provider = Program(["simulate", "-c", script, "--listen", "127.0.0.1:0", "--print"],
                               r"^simulator listens on (http://[^/]+)")
        config = os.path.join(cls.folder.name, "gateway.yaml")
        with open(config, "w") as out:
            out.write(configuration(cls.provider.address))
        cls.gateway = Program(["serve", "-c", config], r"^hedgerow listens on ([^,]+),")
        address = f"http://{cls.gateway.address}"
        cls.openai = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
        cls.anthropic = anthropic.Anthropic(base_url=address, api_key="none")

    @classmethod
    def tearDownClass(cls):
        cls.openai.close()
        cls.anthropic.close()
        cls.gateway.stop()
        cls.provider.stop()
        cls.folder.cleanup()

    def calls(self, model):
        return [line for line in self.provider.lines() if line.startswith(f"{model} #")]

    def chat(self, model, **more):
        return self.openai.chat.completions.create(model=model, messages=QUESTION, **more)

    def message(self, model, **more):
        return self.anthropic.messages.create(model=model, messages=QUESTION, max_tokens=500, **more)

    def test_an_answer_comes_whole(self):
        for kind in KINDS:
            with self.subTest(kind):
                said = self.chat(f"plain_{kind}")
                self.assertEqual(said.choices[0].message.content,
                                 "Good day to you, whoever you are.")
                self.assertGreater(said.usage.completion_tokens, 0)
                said = self.message(f"plain_{kind}")
                self.assertEqual(said.content[0].text, "Good day to you, whoever you are.")
                self.assertEqual(said.stop_reason, "end_turn")

    def test_an_answer_comes_as_a_stream(self):
        for kind in KINDS:
            with self.subTest(kind):
                chunks = list(self.chat(f"slow_{kind}", stream=True,
                                        stream_options={"include_usage": True}))
                text = "".join(x.choices[0].delta.content or "" for x in chunks if x.choices)
                self.assertEqual(text, "One two three four five six seven.")
                self.assertGreater(len(chunks), 5)
                self.assertGreater(chunks[-1].usage.prompt_tokens, 0)
                with self.anthropic.messages.stream(model=f"slow_{kind}", messages=QUESTION,
                                                    max_tokens=500) as stream:
                    pieces = list(stream.text_stream)
                    self.assertGreater(len(pieces), 3)
                    self.assertEqual("".join(pieces), "One two three four five six seven.")
                    self.assertEqual(stream.get_final_message().stop_reason, "end_turn")

    def test_a_tool_call_comes_whole(self):
        for kind in KINDS:
            with self.subTest(kind):
                said = self.chat(f"weather_{kind}", tools=[
                    {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}])
                call = said.choices[0].message.tool_calls[0].function
                self.assertEqual((call.name, json.loads(call.arguments)),
                                 ("weather", {"city": "Oslo"}))
                with self.anthropic.messages.stream(
                        model=f"weather_{kind}", messages=QUESTION, max_tokens=500,
                        tools=[{"name": "weather", "input_schema": WEATHER}]) as stream:
                    block = stream.get_final_message().content[0]
                    self.assertEqual((block.name, block.input), ("weather", {"city": "Oslo"}))

    def test_structured_output_is_parsed(self):
        for kind in KINDS:
            with self.subTest(kind):
                said = self.openai.chat.completions.parse(
                    model=f"triage_{kind}", messages=QUESTION, response_format=Ticket)
                self.assertEqual(said.choices[0].message.parsed, Ticket(category="billing"))

    def test_a_broken_stream_raises(self):
        for kind in KINDS:
            with self.subTest(kind):
                text = ""
                with self.assertRaises(openai.APIError):
                    for chunk in self.chat(f"cut_{kind}", stream=True):
                        text += chunk.choices[0].delta.content or ""
                self.assertTrue(text and "This will never be whole, alas.".startswith(text))
                with self.assertRaises(anthropic.APIError):
                    for _ in self.message(f"cut_{kind}", stream=True):
                        pass

    def test_who_leaves_a_stream_stops_its_model(self):
        before = len(self.calls("slow"))
        with self.chat("slow_o", stream=True) as stream:
            next(iter(stream))
        self.provider.wait_for(rf"^slow #{before + 1} .*end=client_closed")

    def test_errors_are_the_sdks_own(self):
        with self.assertRaises(openai.NotFoundError):
            self.chat("no_such_task")
        with self.assertRaises(openai.BadRequestError):
            self.chat("plain_o", n=2)
        with self.assertRaises(anthropic.NotFoundError) as caught:
            self.message("no_such_task")
        self.assertEqual(caught.exception.body["error"]["code"], "model_not_found")
        with self.assertRaises(anthropic.BadRequestError):
            self.message("plain_a", extra_body={"top_k": 3})

    def test_what_the_gateway_gave_up_is_not_tried_again(self):
        for model, ask, error in (("down_o", self.chat, openai.InternalServerError),
                                  ("down_g", self.message, anthropic.InternalServerError)):
            with self.subTest(model):
                before = len(self.calls("down"))
                with self.assertRaises(error):
                    ask(model)
                self.provider.wait_for(rf"^down #{before + 1} ")
                self.message("plain_o")
                self.assertEqual(len(self.calls("down")), before + 1)


if __name__ == "__main__":
    unittest.main()
