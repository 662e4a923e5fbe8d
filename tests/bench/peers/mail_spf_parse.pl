#!/usr/bin/perl
# How many SPF records a second Debian's libmail-spf-perl parses.
#   mail_spf_parse.pl FILE [COLUMN]    records are a column (from 0) of a tab-separated file with a heading
# Prints: records, CPU seconds
use strict;
use warnings;
use Mail::SPF;

my ($file, $column) = @ARGV;
open my $lines, '<:raw', $file or die "$file: $!\n";
<$lines>;
my @records = map { chomp; (split /\t/, $_, -1)[$column // 0] } <$lines>;
my $start = times;
for my $record (@records) {
  eval { Mail::SPF::v1::Record->new_from_string($record) };
}
printf "%d %.3f\n", scalar @records, times - $start;
