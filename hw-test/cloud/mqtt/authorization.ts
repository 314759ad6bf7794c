import type { AedesOptions, Client } from "aedes";
import { MqttGate } from "./gate.ts";
import { effectiveKeepAliveS, mayUse } from "./rules.ts";
import type { Sessions } from "./sessions.ts";

type Handlers = Required<
  Pick<AedesOptions, "preConnect" | "authenticate" | "authorizePublish" | "authorizeSubscribe">
>;

/** Common name of the certificate the client connected with. */
export function thingNameOf(client: Client): string {
  if (client.conn instanceof MqttGate) return client.conn.thingName;
  throw new Error("a client that did not come through the gate");
}

/**
 * Who may do what, as a policy of AWS IoT would say it with thing-name variables: a thing connects
 * under its own name and uses its own reserved topics. What it may not do ends its connection.
 */
export function authorization(sessions: Sessions): Handlers {
  return {
    preConnect(client, packet, done) {
      packet.keepalive = effectiveKeepAliveS(packet.keepalive ?? 0);
      if (packet.clientId !== thingNameOf(client)) return done(null, true);
      const isCleanStart =
        client.conn instanceof MqttGate && client.conn.mqtt5?.isCleanStart === true;
      sessions.onConnect(packet.clientId, isCleanStart).then(
        () => done(null, true),
        (error: Error) => done(error, false),
      );
    },
    authenticate(client, _user, _password, done) {
      done(null, client.id === thingNameOf(client));
    },
    authorizePublish(client, { topic }, done) {
      const allowed = client !== null && mayUse(thingNameOf(client), topic);
      done(allowed ? null : new Error(`not authorized to publish to ${topic}`));
    },
    authorizeSubscribe(client, subscription, done) {
      if (mayUse(thingNameOf(client), subscription.topic)) done(null, subscription);
      else done(new Error(`not authorized to subscribe to ${subscription.topic}`));
    },
  };
}
