-- One chat completion request with a prompt of about a kilobyte.
local prompt = string.rep("I was charged twice for one order, please help me. ", 20)
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"model":"bench","messages":[{"role":"user","content":"' .. prompt .. '"}]}'
