-- The recipe "Sysmon event processing": which process, started by whom, made each network connection.
--@complete

--@test: the recipe as shipped, over a handful of events
--@load: data/sysmon-events.ndjson winlogbeat
RUN SCRIPT '../../examples/sysmon-join.sql';

-- Sysmon's events with a process GUID: not the process access (event 10), the security event, the broken line.
ASSERT VALUES winlogbeat_stream_rekey (rowkey, event_id, process_id) VALUES ('{5f0c2d6e-0001-0000-0000-000000000001}', 1, 4012);
ASSERT VALUES winlogbeat_stream_rekey (rowkey, event_id, process_id) VALUES ('{5f0c2d6e-0001-0000-0000-000000000002}', 1, 5120);
ASSERT VALUES winlogbeat_stream_rekey (rowkey, event_id, process_id) VALUES ('{5f0c2d6e-0001-0000-0000-000000000002}', 3, 5120);
ASSERT VALUES winlogbeat_stream_rekey (rowkey, event_id, process_id) VALUES ('{5f0c2d6e-0001-0000-0000-000000000007}', 3, 620);

-- The events' own times are the records' times.
ASSERT VALUES sysmon_process_create (rowtime, process_guid, process_path) VALUES (1709632800100, '{5f0c2d6e-0001-0000-0000-000000000001}', 'C:\Windows\System32\wbem\WmiPrvSE.exe');
ASSERT VALUES sysmon_process_create (rowtime, process_guid, process_path) VALUES (1709632801200, '{5f0c2d6e-0001-0000-0000-000000000002}', 'C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe');

ASSERT VALUES sysmon_network_connect (rowtime, process_guid, dst_ip_addr, dst_port) VALUES (1709632802000, '{5f0c2d6e-0001-0000-0000-000000000002}', '192.0.2.7', 8080);
ASSERT VALUES sysmon_network_connect (rowtime, process_guid, dst_ip_addr, dst_port) VALUES (1709632803000, '{5f0c2d6e-0001-0000-0000-000000000007}', '10.0.0.1', 53);

-- Only the first connection's process is known.
ASSERT VALUES sysmon_join (rowtime, rowkey, n_process_guid, n_process_id, n_user_account, dst_ip_addr, dst_port, process_command_line, hashes, parent_process_path, parent_process_id)
  VALUES (1709632802000, '{5f0c2d6e-0001-0000-0000-000000000002}', '{5f0c2d6e-0001-0000-0000-000000000002}', 5120, 'EXAMPLE\alice', '192.0.2.7', 8080,
    'powershell.exe -nop -w hidden', 'MD5=00000000000000000000000000000002', 'C:\Windows\System32\wbem\WmiPrvSE.exe', 4012);

--@test: the recipe in KSQL 5's dialect gives the same
--@dialect: ksql5
--@load: data/sysmon-events.ndjson winlogbeat
RUN SCRIPT '../../examples/sysmon-join.sql';

ASSERT VALUES sysmon_join (rowkey, n_process_guid, process_command_line, dst_port)
  VALUES ('{5f0c2d6e-0001-0000-0000-000000000002}', '{5f0c2d6e-0001-0000-0000-000000000002}', 'powershell.exe -nop -w hidden', 8080);

--@test: lateral movement: a shell started through WMI that opens a connection
--@load: data/sysmon-events.ndjson winlogbeat
RUN SCRIPT '../../examples/sysmon-join.sql';
CREATE STREAM wmi_children AS SELECT * FROM sysmon_join WHERE parent_process_path LIKE '%WmiPrvSE.exe%';

ASSERT VALUES wmi_children (n_process_guid, n_process_path, dst_ip_addr)
  VALUES ('{5f0c2d6e-0001-0000-0000-000000000002}', 'C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe', '192.0.2.7');

--@test: a connection that is recorded before its process finds none
CREATE STREAM rekey (event_id INTEGER, process_guid VARCHAR, image VARCHAR, port INTEGER) WITH (kafka_topic='rekey', value_format='JSON');
CREATE STREAM created WITH (partitions=1) AS SELECT process_guid, image FROM rekey WHERE event_id = 1 PARTITION BY process_guid;
CREATE TABLE created_table (process_guid VARCHAR, image VARCHAR) WITH (kafka_topic='CREATED', value_format='JSON', key='process_guid');
CREATE STREAM connected WITH (partitions=1) AS SELECT process_guid, port FROM rekey WHERE event_id = 3 PARTITION BY process_guid;
CREATE STREAM joined WITH (partitions=1) AS SELECT n.process_guid, n.port, p.image FROM connected n INNER JOIN created_table p ON n.process_guid = p.process_guid;

INSERT INTO rekey (event_id, process_guid, port) VALUES (3, '{1}', 80);
INSERT INTO rekey (event_id, process_guid, image) VALUES (1, '{1}', 'cmd.exe');
INSERT INTO rekey (event_id, process_guid, port) VALUES (3, '{1}', 445);
ASSERT VALUES joined (n_process_guid, port, image) VALUES ('{1}', 445, 'cmd.exe');
