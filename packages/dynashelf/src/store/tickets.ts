// Tickets for sockets: each good once, and for a minute. Only a hash of a ticket is stored, so that who reads the table
// has none.
import { hash, randomBytes } from 'node:crypto';
import { withCost } from './client/cost';
import { isConditionFailure } from './client/failure';
import type { Send } from './client/send';
import { callerAttributes, expiresAt, readSocketCaller, ticketKey, type SocketCaller } from './layout/sockets';
import { PARTITION_KEY } from './layout/table';

/** Milliseconds for which a ticket is good. */
const TICKET_LIFE = 60_000;

/** The tickets of a table. Every method throws a `Problem` where the database fails. */
export interface Tickets {
  /** Makes a ticket of a caller. @returns it, and until when it is good in milliseconds since 1970 */
  issue(caller: SocketCaller): Promise<{ readonly ticket: string; readonly expires: number }>;
  /** Takes a ticket: of many who bring it one gets its caller; undefined where it is not good, or not good any more. */
  take(ticket: string): Promise<SocketCaller | undefined>;
}

/** Opens the tickets of a table. @param deadline when to stop trying, in milliseconds since 1970 */
export function openTickets(raw: Send, TableName: string, deadline: number): Tickets {
  const { send } = withCost(raw, deadline);
  return {
    async issue(caller) {
      const ticket = randomBytes(32).toString('base64url');
      const expires = Date.now() + TICKET_LIFE;
      await send('PutItem', {
        TableName,
        Item: {
          ...ticketKey(hashOf(ticket)),
          ...callerAttributes(caller),
          until: { N: String(expires) },
          ...expiresAt(expires),
        },
      });
      return { ticket, expires };
    },

    async take(ticket) {
      try {
        const { Attributes } = await send('DeleteItem', {
          TableName,
          Key: ticketKey(hashOf(ticket)),
          ConditionExpression: 'attribute_exists(#pk) AND #until > :now',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#until': 'until' },
          ExpressionAttributeValues: { ':now': { N: String(Date.now()) } },
          ReturnValues: 'ALL_OLD',
        });
        return Attributes && readSocketCaller(Attributes);
      } catch (error) {
        if (isConditionFailure(error)) {
          return undefined;
        }
        throw error;
      }
    },
  };
}

function hashOf(ticket: string): string {
  return hash('sha256', ticket, 'base64url');
}
