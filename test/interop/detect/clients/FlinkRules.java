import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * Runs statements of Flink SQL over a file of events, in a cluster inside this process.
 *
 * Arguments: folder with `events.ndjson`, `columns.txt` (a name a line; all are texts, with `event:`, a number, before them) and
 * `statements.sql` (one a line); output file. Each row that a statement gives becomes a line: the statement's number, a tab,
 * the row's columns with tabs between.
 */
public class FlinkRules {
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "1");
    settings.setString("rest.address", "127.0.0.1");
    settings.setString("rest.bind-address", "127.0.0.1");
    settings.setString("rest.bind-port", "0");
    settings.setString("taskmanager.memory.managed.size", "64m");
    settings.setString("taskmanager.memory.network.max", "64m");
    TableEnvironment tables =
        TableEnvironment.create(
            EnvironmentSettings.newInstance().inBatchMode().withConfiguration(settings).build());
    StringBuilder columns = new StringBuilder("`event:` INT");
    for (String name : Files.readAllLines(folder.resolve("columns.txt")))
      columns.append(", `").append(name.replace("`", "``")).append("` STRING");
    tables.executeSql(
        "CREATE TABLE events (" + columns + ") WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '"
            + folder.resolve("events.ndjson").toUri() + "')");
    StringBuilder output = new StringBuilder();
    List<String> statements = Files.readAllLines(folder.resolve("statements.sql"));
    for (int at = 0; at < statements.size(); at++) {
      try (CloseableIterator<Row> rows = tables.executeSql(statements.get(at)).collect()) {
        while (rows.hasNext()) {
          Row row = rows.next();
          output.append(at);
          for (int column = 0; column < row.getArity(); column++)
            output.append('\t').append(row.getField(column));
          output.append('\n');
        }
      }
    }
    Files.writeString(Path.of(arguments[1]), output);
    System.exit(0);
  }
}
