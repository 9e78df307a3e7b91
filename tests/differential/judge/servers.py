"""MySQL and MariaDB as Debian packs them: unpacked, started with data of their own, asked, and stopped."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pymysql

HERE = Path(__file__).parent
UNPACKED = Path(".venv")
# sql_mode is MySQL 8's default. utf8mb4_0900_bin and utf8mb4_nopad_bin compare as Domock does: letter by letter, and blanks at
# the end count.
SETTINGS = [
    "SET sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "SET time_zone = '+00:00'",
    "SET group_concat_max_len = 1000000",
]
ZONES = ["America/New_York", "America/Denver", "Europe/Berlin", "Asia/Tokyo", "UTC"]
SECONDS_TO_START = 60


class Server:
    """One server. Its words: `NAME`, `PACKAGE`, `SUITE`, `COLLATION`, and how its data folder is made."""

    def __init__(self):
        self.work = tempfile.TemporaryDirectory(prefix="domock-judge-")
        self.data = Path(self.work.name) / "data"
        folder = UNPACKED / self.NAME.lower()
        subprocess.run([HERE.parent / "fetch", self.SUITE, self.PACKAGE, folder], check=True)
        self.root = folder.resolve() / "root"
        self.process = None

    def program(self, path):
        """The command for a program of the package, with the package's own libraries."""
        libraries = [self.root / it / "x86_64-linux-gnu" for it in ("lib", "usr/lib")]
        loader = next(self.root.glob("**/ld-linux-x86-64.so.2"))
        return [loader, "--library-path", ":".join(map(str, libraries)), self.root / path]

    def command(self):
        usr = self.root / "usr"
        options = ["--no-defaults", f"--basedir={usr}", f"--lc-messages-dir={usr}/share/mysql", f"--datadir={self.data}"]
        options += ["--user=root"] if os.getuid() == 0 else []
        return self.program(f"usr/sbin/{self.DAEMON}") + options

    def start(self):
        self.prepare()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = ["--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={self.work.name}/socket"]
        with open(f"{self.work.name}/log", "w") as log:
            self.process = subprocess.Popen(self.command() + self.OPTIONS + options, stdout=log, stderr=log)
        self.connect()
        for statement in self.zones().split(";\n"):
            if statement.strip():
                self.ask(statement)
        self.ask(f"SET NAMES utf8mb4 COLLATE {self.COLLATION}")
        for statement in SETTINGS:
            self.ask(statement)

    def connect(self):
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                # Without converters a value is the text that the server sent.
                self.connection = pymysql.connect(
                    host="127.0.0.1", port=self.port, user="root", charset="utf8mb4", autocommit=True, conv={}, database="mysql"
                )
                return
            except pymysql.err.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError(Path(f"{self.work.name}/log").read_text()[-2000:]) from None
                time.sleep(0.1)

    def zones(self):
        made = ""
        for name in ZONES:
            tool = self.program("usr/bin/" + self.ZONE_TOOL) + [f"/usr/share/zoneinfo/{name}", name]
            made += subprocess.run(tool, check=True, capture_output=True, text=True).stdout
        return made

    def ask(self, sql):
        """The types of the columns and the rows, every value a text, bytes or None."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return [it[1] for it in cursor.description or []], list(cursor.fetchall())

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
        self.work.cleanup()


class MySQL(Server):
    # Sid alone has it; the version is what sid has on the day.
    NAME, SUITE, PACKAGE, DAEMON, ZONE_TOOL = "MySQL", "sid", "mysql-server-core", "mysqld", "mysql_tzinfo_to_sql"
    COLLATION = "utf8mb4_0900_bin"
    OPTIONS = ["--skip-log-bin", "--secure-file-priv=NULL", "--mysqlx=OFF", "--performance-schema=OFF"]

    def prepare(self):
        subprocess.run(self.command() + ["--initialize-insecure"], check=True, capture_output=True)


class MariaDB(Server):
    NAME, SUITE, PACKAGE, DAEMON, ZONE_TOOL = "MariaDB", "bookworm", "mariadb-server", "mariadbd", "mariadb-tzinfo-to-sql"
    COLLATION = "utf8mb4_nopad_bin"
    # Without InnoDB it starts at once, and what is asked only reads.
    OPTIONS = ["--skip-grant-tables", "--innodb=OFF", "--default-storage-engine=Aria"]

    def prepare(self):
        (self.data / "mysql").mkdir(parents=True)
        tables = (self.root / "usr/share/mysql/mysql_system_tables.sql").read_text()
        command = self.command() + self.OPTIONS + ["--bootstrap"]
        subprocess.run(command, check=True, capture_output=True, text=True, input="use mysql;\n" + tables)
