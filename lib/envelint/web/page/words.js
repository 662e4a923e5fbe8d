// The words of the RFCs, each with a line for those who have never read one.

export const RESULTS = {
  pass: ["good", "it holds"],
  fail: ["bad", "it does not hold"],
  softfail: ["warn", "the domain says: probably not one of its senders"],
  neutral: ["none", "the domain says nothing about this sender"],
  none: ["none", "there is nothing to check"],
  policy: ["warn", "it holds, but a rule of the receiver keeps it from counting"],
  permerror: ["bad", "a record or the message is broken, so that nothing can be checked"],
  temperror: ["warn", "DNS did not answer, so that nobody can say"],
};

/** The shape and colour of a result, and what it means. */
export function meaning(result) {
  return RESULTS[result] ?? ["none", "it was not checked"];
}

export const OUTCOMES = {
  good: ["good", "good"],
  bad: ["bad", "bad"],
  neutral: ["none", "neither good nor bad"],
  unknown: ["warn", "not known"],
};

export const EXPLAINED = {
  SPF:
    "The domain of MAIL FROM lists in DNS the addresses that may send for it. SPF looks whether the client is " +
    "one of them. Receivers ask for at most 10 terms of a record and all that it includes.",
  DKIM:
    "A domain signs the header and the body. The signature holds as long as nobody changes what was signed, " +
    "whoever passes the message on.",
  DMARC:
    "The domain in From, the one that readers see, asks that SPF or DKIM pass for a domain that belongs to it " +
    "(is aligned), and says what is to become of mail for which neither does.",
  ARC:
    "Who passes mail on, as mailing lists do, may seal what it found when the message came in. A receiver that " +
    "trusts the sealer can go by that.",
  aligned:
    "Aligned: the domain that SPF or DKIM vouches for is the From domain, or belongs to the same organization " +
    "(relaxed mode, r); in strict mode (s) it has to be the same.",
  organizational:
    "Organizational domain: the domain that its owner registered, below which all belongs to the same " +
    "organization. RFC 9989 finds it by records on the way up, RFC 7489 by a list of public suffixes.",
  dialogue:
    "The client delivers, the server takes. What the client tells here is the envelope, which readers do not " +
    "see: MAIL FROM is where bounces go, RCPT TO who gets it.",
};
