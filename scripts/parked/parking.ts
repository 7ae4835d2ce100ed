/** One message that was put aside. */
export interface ParkedMessage {
  /** The queue or table that it came from. */
  origin: string;
  /** Names it for the commands. Printable. */
  id: string;
  /** Null where it cannot be read. */
  type: string | null;
  code: string | null;
  reason: string;
  /** When it first failed, RFC 3339. */
  failedAt: string | null;
  /** How often a handler was given it. */
  attempts: number | null;
  /** What `show` tells beyond that: a title, and text of any kind. */
  details: () => [title: string, text: string][];
}

/** Where messages from one queue or table are put aside. */
export interface Parking {
  origin: string;
  count(): Promise<number>;
  /** Shows the oldest, `limit` at the most, and leaves all of them as and where they are. */
  look(limit: number, see: (message: ParkedMessage) => void): Promise<void>;
  /**
   * Puts what has one of `ids` back where it came from, or throws it away, and tells `done` of each once that is so. A crash
   * may put one back twice, and loses none.
   */
  take(action: Action, ids: Set<string>, done: (message: ParkedMessage) => void): Promise<void>;
  /** The same with the oldest, `limit` at the most, and with none that is parked from now on. */
  takeAll(action: Action, limit: number, done: (message: ParkedMessage) => void): Promise<void>;
}

export type Action = 'requeue' | 'discard';
