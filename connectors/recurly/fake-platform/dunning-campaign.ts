import type { Rendered } from './render.js';
import { instantOf } from './render.js';
import type { FakeSite } from './site.js';

/** The campaign tells mails and the end of a cycle; nothing in it says whether or when Recurly charges again. fact('dunning.campaign') */
export const campaignsOf = ({ createdAt }: FakeSite): readonly Rendered[] => [{
  id: 'rfakecampaign', object: 'dunning_campaign', code: 'default', name: 'Default', description: null, default_campaign: true,
  dunning_cycles: [{
    type: 'automatic', applies_to_manual_trial: false, first_communication_interval: 0, send_immediately_on_hard_decline: false,
    intervals: [{ days: 3, email_template: 'failed_payment' }], expire_subscription: false, fail_invoice: false, total_dunning_days: 28, total_recycling_days: 28,
    version: 1, created_at: instantOf(createdAt), updated_at: instantOf(createdAt),
  }],
  created_at: instantOf(createdAt), updated_at: instantOf(createdAt), deleted_at: null,
}];

export const DEFAULT_CAMPAIGN = 'rfakecampaign';
