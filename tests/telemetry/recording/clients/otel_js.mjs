// The same two spans through both exporters of JavaScript: JSON and protobuf, chunked.
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { context, trace } from "@opentelemetry/api";

for (const Exporter of [JsonExporter, ProtobufExporter]) {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "planner", "service.version": "1.3" }),
    spanProcessors: [new BatchSpanProcessor(new Exporter())],
  });
  const tracer = provider.getTracer("planner", "1.0");
  const agent = tracer.startSpan("invoke_agent planner", {
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "planner",
      "gen_ai.conversation.id": "conversation-9",
    },
  });
  const inside = trace.setSpan(context.active(), agent);
  const chat = tracer.startSpan(
    "chat gpt-5.2",
    {
      kind: SpanKind.CLIENT,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5.2",
        "gen_ai.usage.input_tokens": 22,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.request.stream": true,
      },
    },
    inside,
  );
  chat.recordException(new TypeError("The plan has no steps."));
  chat.setStatus({ code: SpanStatusCode.ERROR, message: "The plan has no steps." });
  chat.end();
  agent.end();
  await provider.shutdown();
}
