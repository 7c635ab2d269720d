import { setMaxListeners } from 'node:events'
import { MillraceError } from '../../errors'
import { type Link, type LinkSettings, openLink } from './links'
import type { NodeAddress } from './protocol/metadata'

/** The connections of one user to the brokers, opened when they are first needed and again when they broke. */
export interface LinkSet {
  /** @throws as `openLink`; MillraceError CLOSED */
  to(node: NodeAddress): Promise<Link>
  /** Those that are open. */
  open(): readonly Link[]
  /** Closes at once; what is still unanswered is rejected. */
  close(): void
}

export function createLinkSet(settings: LinkSettings): LinkSet {
  const links = new Map<string, Link>()
  const opening = new Map<string, Promise<Link>>()
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // one for each link that is being retired

  /** A link that is no longer used may still wait for answers; it is closed when none can come any more. */
  async function retire(link: Link): Promise<void> {
    await settings.clock.sleep(settings.requestTimeoutMs, closing.signal)
    link.close()
  }
  async function openTo(place: string, node: NodeAddress): Promise<Link> {
    try {
      const link = await openLink(node, settings)
      if (closing.signal.aborted) {
        link.close()
        throw closedError()
      }
      links.set(place, link)
      return link
    } finally {
      opening.delete(place)
    }
  }
  return {
    async to(node) {
      if (closing.signal.aborted) throw closedError()
      const place = `${node.host}:${node.port}`
      const link = links.get(place)
      if (link?.usable) return link
      if (link !== undefined) {
        links.delete(place)
        void retire(link)
      }
      const pending = opening.get(place) ?? openTo(place, node)
      opening.set(place, pending)
      return pending
    },
    open: () => [...links.values()].filter((link) => link.usable),
    close() {
      closing.abort()
      for (const link of links.values()) link.close()
      links.clear()
    },
  }
}

function closedError(): MillraceError {
  return new MillraceError('CLOSED', 'the Kafka log is closed')
}
