import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { day } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Descriptions, Drawer, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { History } from "./History";
import { usePhone, usePhoneWords } from "./StaffPhone";

/** Somebody who works here, with where they worked and through whom they spoke. */
export function StaffDrawer({ staffId, onClose, onEdit }: { staffId: string; onClose: () => void; onEdit: (id: string) => void }) {
  const { t } = useTranslation("organisation");
  const may = useMay();
  const shown = api.useQuery("get", "/v1/staff/{staff_id}", { params: { path: { staff_id: staffId } } }, { enabled: staffId !== "" });
  const person = shown.data?.staff;
  const editable = may("org.write");
  const phone = usePhone(staffId, staffId !== "" && editable);
  const phoneWords = usePhoneWords();
  return (
    <Drawer
      open={staffId !== ""}
      onClose={onClose}
      size="large"
      title={person?.name ?? person?.code ?? t("staff.one")}
      extra={person && <Button disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { onEdit(person.id); }}>{t("edit")}</Button>}
    >
      {shown.error !== null && <Refused error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.data === undefined || person === undefined ? shown.error === null && <Skeleton active /> : (
        <Flex vertical gap="middle">
          <Descriptions
            column={1}
            size="small"
            bordered
            items={[
              { key: "code", label: t("code"), children: person.code },
              { key: "name", label: t("staff.name"), children: person.name ?? "—" },
              { key: "store", label: t("stores.one"), children: person.store === null ? t("staff.nowhere") : `${person.store_name ?? ""} (${person.store})` },
              ...(person.moves_on === null ? [] : [{ key: "moves", label: t("staff.moves"), children: t("staff.movesTo", { day: day(person.moves_on), store: person.moves_to ?? "" }) }]),
              ...(person.until === null ? [] : [{ key: "until", label: t("staff.until"), children: day(person.until) }]),
              ...(phone.data === undefined ? [] : [{ key: "phone", label: t("staff.phone"), children: phoneWords(phone.data) }]),
            ]}
          />
          <Typography.Text type="secondary">{t("asOfDay", { day: day(shown.data.day) })}</Typography.Text>
          <Typography.Title level={3} className="part-title">{t("history.title")}</Typography.Title>
          <History told={shown.data.history} />
        </Flex>
      )}
    </Drawer>
  );
}
