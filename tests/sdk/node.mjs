// Sends one of each call with Segment's library for Node; only the host is set.
import { Analytics } from '@segment/analytics-node';

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, maxRetries: 2 });
analytics.on('error', (error) => { console.error(error); process.exitCode = 1; });
const userId = 'node-1';
analytics.identify({ userId, anonymousId: 'node-visitor', traits: { email: 'Nora@Acme.example', firstName: 'Nora' } });
analytics.group({ userId, groupId: 'acme', traits: { name: 'Acme', industry: 'Metal' } });
analytics.track({ userId, event: 'Form Submitted', properties: { form: 'demo' }, context: { groupId: 'acme' } });
analytics.track({ userId, event: 'Trial Started', timestamp: new Date(Date.now() - 3600e3) });
analytics.page({ userId, name: 'Pricing', properties: { path: '/pricing', url: 'https://acme.example/pricing?utm_source=mail&secret=1', search: '?utm_source=mail&secret=1' } });
analytics.screen({ anonymousId: 'node-visitor', name: 'Home' });
analytics.alias({ userId: 'node-2', previousId: userId });
await analytics.closeAndFlush({ timeout: 20000 });
