-- MITRE ATT&CK from the names of Sysmon's rules.
--@complete

--@test: events get their technique, its title, its tactics and the kind of analytic
CREATE STREAM sysmon (id INT KEY, rule_name VARCHAR) WITH (kafka_topic='sysmon', value_format='JSON');
CREATE STREAM tagged AS
  SELECT id, ATTACK_TECHNIQUE_ID(rule_name) AS technique_id, ATTACK_TECHNIQUE(rule_name) AS technique,
    ATTACK_TACTIC(rule_name) AS tactic, ATTACK_ANALYTIC(rule_name) AS analytic
  FROM sysmon;

ASSERT STREAM tagged (id INT KEY, technique_id VARCHAR, technique VARCHAR, tactic VARCHAR, analytic VARCHAR)
  WITH (kafka_topic='TAGGED', value_format='JSON');

INSERT INTO sysmon (id, rule_name) VALUES (1, 'technique_id=T1059.001,technique_name=PowerShell,analytic=Signature');
INSERT INTO sysmon (id, rule_name) VALUES (2, 'mitre_technique_name = Injection, mitre_technique_id = T1055');
INSERT INTO sysmon (id, rule_name) VALUES (3, '-');
INSERT INTO sysmon (id) VALUES (4);
ASSERT VALUES tagged (id, technique_id, technique, tactic, analytic)
  VALUES (1, 'T1059.001', 'PowerShell', 'execution', 'Signature');
ASSERT VALUES tagged (id, technique_id, technique, tactic, analytic)
  VALUES (2, 'T1055', 'Process Injection', 'privilege-escalation, defense-evasion', NULL);
ASSERT VALUES tagged (id, technique_id, technique, tactic, analytic) VALUES (3, NULL, NULL, NULL, NULL);
ASSERT VALUES tagged (id, technique_id, technique, tactic, analytic) VALUES (4, NULL, NULL, NULL, NULL);

--@test: an event of several tactics counts for each, and old ids as what took their place
CREATE STREAM sysmon (id INT KEY, rule_name VARCHAR) WITH (kafka_topic='sysmon', value_format='JSON');
CREATE STREAM by_tactic AS
  SELECT id, ATTACK_CURRENT_ID(rule_name) AS technique_id, EXPLODE(ATTACK_TACTICS(rule_name)) AS tactic FROM sysmon;
CREATE TABLE tactics AS SELECT tactic, COUNT(*) AS events FROM by_tactic GROUP BY tactic;

INSERT INTO sysmon (id, rule_name) VALUES (1, 'technique_id=T1086,technique_name=PowerShell');
INSERT INTO sysmon (id, rule_name) VALUES (2, 'technique_id=T1055');
INSERT INTO sysmon (id, rule_name) VALUES (3, 'T1047,office');
ASSERT VALUES by_tactic (id, technique_id, tactic) VALUES (1, 'T1059.001', 'execution');
ASSERT VALUES by_tactic (id, technique_id, tactic) VALUES (2, 'T1055', 'privilege-escalation');
ASSERT VALUES by_tactic (id, technique_id, tactic) VALUES (2, 'T1055', 'defense-evasion');
ASSERT VALUES by_tactic (id, technique_id, tactic) VALUES (3, 'T1047', 'execution');
ASSERT VALUES tactics (tactic, events) VALUES ('execution', 1);
ASSERT VALUES tactics (tactic, events) VALUES ('privilege-escalation', 1);
ASSERT VALUES tactics (tactic, events) VALUES ('defense-evasion', 1);
ASSERT VALUES tactics (tactic, events) VALUES ('execution', 2);
