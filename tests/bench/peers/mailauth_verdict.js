#!/usr/bin/env node
// Whole verdicts with mailauth, the message, the records and the size of the key those of verdict_bench.cpp:
//   mailauth_verdict.js FOLDER    where FOLDER has node_modules/mailauth
// Writes a line `mailauth/SIZE RATE`, in messages for each second of processor time.
'use strict';
const { createRequire } = require('module');
const path = require('path');

const load = createRequire(path.resolve(process.argv[2], 'x.js'));
const { authenticate } = load('mailauth');
const { dkimSign } = load('mailauth/lib/dkim/sign');

const { record, privateKey, messageOf, rateOf } = require('./mailauth_common.js');

const texts = {
  'example.com': 'v=spf1 include:_spf.example.com -all',
  '_spf.example.com': 'v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all',
  '_dmarc.example.com': 'v=DMARC1; p=reject; rua=mailto:dmarc@example.com',
  's._domainkey.example.com': record,
};

async function resolver(name, type) {
  if (type === 'TXT' && texts[name]) return [[texts[name]]];
  if (type === 'A' && name === 'mail.example.com') return ['192.0.2.1'];
  if (type === 'PTR') return ['mail.example.com'];
  const missing = new Error('not found');
  missing.code = 'ENOTFOUND';
  throw missing;
}

async function evaluate(message) {
  const done = await authenticate(message, {
    ip: '192.0.2.1',
    helo: 'mail.example.com',
    sender: 'bounce@example.com',
    mta: 'mx.example.net',
    disableBimi: true,
    resolver,
  });
  const pass = (one) => one && one.status.result === 'pass';
  if (!pass(done.spf) || !pass(done.dkim.results[0]) || !pass(done.dmarc)) throw new Error('does not pass');
}

(async () => {
  for (const size of [1000, 10000]) {
    const message = messageOf(size);
    const done = await dkimSign(message, {
      canonicalization: 'relaxed/relaxed',
      signatureData: [{ signingDomain: 'example.com', selector: 's', privateKey, algorithm: 'rsa-sha256' }],
    });
    const signed = Buffer.concat([Buffer.from(done.signatures), message]);
    console.log(`mailauth/${size} ${await rateOf(() => evaluate(signed))}`);
  }
})();
