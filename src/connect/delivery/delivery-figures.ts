/** What became of a connector's records, by topic, since the process started. */
export interface TopicFigures {
  read: number;
  delivered: number;
  filtered: number;
  deadLettered: number;
  /** Sends of a record after the first. */
  retried: number;
  /** Records that waited for the rate limit. */
  held: number;
}

export class DeliveryFigures {
  readonly #byTopic = new Map<string, TopicFigures>();
  /** Milliseconds since 1970. */
  lastDeliveryMs: number | undefined;

  of(topic: string): TopicFigures {
    let figures = this.#byTopic.get(topic);
    if (figures === undefined) {
      figures = { read: 0, delivered: 0, filtered: 0, deadLettered: 0, retried: 0, held: 0 };
      this.#byTopic.set(topic, figures);
    }
    return figures;
  }
}
