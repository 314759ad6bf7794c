import type { RunEvent } from "../record/run-event.ts";
import { pretty, seconds } from "./text.ts";

/** The newest; a body of each is a click away. */
const SHOWN_MAX = 500;

interface Props {
  readonly events: readonly RunEvent[];
  readonly atMs: number;
}

type Message = Extract<RunEvent, { readonly kind: "message" }>;

/** What tracker and cloud said to each other. */
export function Messages({ events, atMs }: Props) {
  const messages = events.filter(
    (event): event is Message => event.kind === "message" && event.atMs <= atMs,
  );
  const first = Math.max(0, messages.length - SHOWN_MAX);
  return (
    <section aria-labelledby="messages-title" class="messages">
      <h2 id="messages-title">MQTT messages ({messages.length})</h2>
      <div class="scroll">
        {messages.slice(first).map((message, index) => (
          <details key={first + index} class={message.from}>
            <summary>
              <span class="when">{seconds(message.atMs)}</span>{" "}
              {message.from === "tracker" ? "tracker says" : "cloud says"}{" "}
              <span class="topic">{shortTopic(message.topic)}</span>
            </summary>
            <p class="topic">{message.topic}</p>
            <pre>{pretty(message.body) || "(empty)"}</pre>
          </details>
        ))}
      </div>
    </section>
  );
}

/** Without the part that all topics of a thing's jobs have; an id by its first digits. */
function shortTopic(topic: string): string {
  return topic
    .replace(/^\$aws\/things\/[^/]+\//, "")
    .replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]+/, "$1…");
}
