#!/usr/bin/env node
// Verifying and signing with mailauth, the messages and the key size those of dkim_bench.cpp, DNS in memory:
//   mailauth_dkim.js FOLDER    where FOLDER has node_modules/mailauth
// Writes lines `NAME/SIZE RATE`, in messages for each second of processor time.
'use strict';
const { createRequire } = require('module');
const path = require('path');

const load = createRequire(path.resolve(process.argv[2], 'x.js'));
const { dkimVerify } = load('mailauth/lib/dkim/verify');
const { dkimSign } = load('mailauth/lib/dkim/sign');

const { record, privateKey, messageOf, rateOf } = require('./mailauth_common.js');

async function sign(message) {
  const done = await dkimSign(message, {
    canonicalization: 'relaxed/relaxed',
    signatureData: [{ signingDomain: 'example.com', selector: 's', privateKey, algorithm: 'rsa-sha256' }],
  });
  if (done.errors && done.errors.length) throw done.errors[0].err;
  return done.signatures;
}

async function verify(message) {
  const done = await dkimVerify(message, { resolver: async () => [[record]] });
  if (done.results[0].status.result !== 'pass') throw new Error('does not verify');
}

(async () => {
  for (const size of [1000, 10000, 1000000]) {
    const message = messageOf(size);
    const signed = Buffer.concat([Buffer.from(await sign(message)), message]);
    console.log(`verify_mailauth/${size} ${await rateOf(() => verify(signed))}`);
    console.log(`sign_mailauth/${size} ${await rateOf(() => sign(message))}`);
  }
})();
