import {
  type Frame,
  packetType,
  payloadMaxBytes,
  publishHead,
  topicFilterCount,
} from "./frames.ts";

/** AWS IoT Core, "Message broker and protocol limits". */
export const topicsPerSubscribeMax = 8;
export const keepAliveMinS = 30;
export const keepAliveMaxS = 1200;

/** Topics that belong to AWS (and to this broker), by their first character. */
export function isReserved(topic: string): boolean {
  return topic.startsWith("$");
}

/** A thing has its own reserved topics and every ordinary one. */
export function mayUse(thingName: string, topicFilter: string): boolean {
  return !isReserved(topicFilter) || topicFilter.startsWith(`$aws/things/${thingName}/`);
}

/** Limits that concern a packet as a whole; @returns the reason to close the connection. */
export function refusePacket(frame: Frame): string | undefined {
  if (frame.type === packetType.subscribe && topicFilterCount(frame) > topicsPerSubscribeMax) {
    return `a SUBSCRIBE of more than ${topicsPerSubscribeMax} topics`;
  }
  if (frame.type !== packetType.publish) return undefined;
  const { topic, qos, retain, payloadBytes } = publishHead(frame);
  if (qos > 1) return "a PUBLISH with QoS 2";
  if (retain && isReserved(topic)) return `a retained message on ${topic}`;
  if (payloadBytes > payloadMaxBytes) return `a payload of ${payloadBytes} bytes`;
  return undefined;
}

/** AWS IoT Core takes 0, or more than 1,200 s, for 1,200 s, and less than 30 s for 30 s. */
export function effectiveKeepAliveS(askedS: number): number {
  if (askedS === 0 || askedS > keepAliveMaxS) return keepAliveMaxS;
  return Math.max(askedS, keepAliveMinS);
}
