int dummy_deadletters;
