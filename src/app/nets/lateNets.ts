/** The nets' thread, whose code loads with the first net. */
import type { NetService } from '../../engine/net/serviceApi';

export function lateNets(appUrl: string): NetService {
  let loaded: Promise<NetService> | null = null;
  const call = async <T>(work: (service: NetService) => Promise<T>): Promise<T> => {
    loaded ??= import('../threads/netThread').then(({ createNetThread }) => createNetThread(appUrl));
    return work(await loaded);
  };
  return {
    open: (...given) => call((service) => service.open(...given)),
    beside: (...given) => call((service) => service.beside(...given)),
    picture: (...given) => call((service) => service.picture(...given)),
    edited: (...given) => call((service) => service.edited(...given)),
    ask: (...given) => call((service) => service.ask(...given)),
    cancel: (...given) => call((service) => service.cancel(...given)),
    computeOn: (...given) => call((service) => service.computeOn(...given)),
    verify: (...given) => call((service) => service.verify(...given)),
  };
}
