#!/usr/bin/perl
# How many SPF records a second Debian's libmail-spf-perl parses.
#   mail_spf_parse.pl FILE [COLUMN]    records are a column (from 0) of a tab-separated file with a heading
# Prints: records, CPU seconds, version
use strict;
use warnings;
use Mail::SPF;
use Mail::SPF::v1::Record;

my ($file, $column) = @ARGV;
open my $lines, '<:raw', $file or die "$file: $!\n";
<$lines>;
my @records = map { chomp; (split /\t/, $_, -1)[$column // 0] } <$lines>;
my $valid = 0;
my $start = times;
for my $record (@records) {
  $valid++ if eval { Mail::SPF::v1::Record->new_from_string($record) };
}
printf "%d %.3f %s\n", scalar @records, times - $start, Mail::SPF->VERSION;
die "it takes no record for valid\n" unless $valid;
