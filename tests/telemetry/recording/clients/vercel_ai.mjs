// Vercel's AI SDK with a tool; the SDK's own tracing, sent as JSON.
import { createOpenAI } from "@ai-sdk/openai";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { z } from "zod";

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "helpdesk" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

const { generateText, stepCountIs, tool } = await import("ai");
const openai = createOpenAI({ baseURL: process.env.MODEL_URL + "/v1", apiKey: "not-a-key" });
await generateText({
  model: openai.chat("gpt-5.2"),
  system: "You know where orders are.",
  prompt: "Where is order 7?",
  tools: {
    lookup_order: tool({
      description: "Say where an order is.",
      inputSchema: z.object({ order: z.number() }),
      execute: async ({ order }) => `Order ${order} left on Monday.`,
    }),
  },
  stopWhen: stepCountIs(3),
  experimental_telemetry: {
    isEnabled: true,
    functionId: "orders",
    metadata: { sessionId: "session-5", userId: "user-3" },
  },
});
await provider.shutdown();
